require "native_greeting/native_greeting"
