require "mkmf"

create_makefile("native_greeting/native_greeting")
