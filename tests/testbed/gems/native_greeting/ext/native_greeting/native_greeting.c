#include <ruby.h>

static VALUE greet(VALUE self, VALUE name)
{
    return rb_sprintf("Hello %" PRIsVALUE " from C", StringValue(name));
}

void Init_native_greeting(void)
{
    rb_define_singleton_method(rb_define_module("NativeGreeting"), "greet", greet, 1);
}
