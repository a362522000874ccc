"""Commands: the command's path is the file's path. Each checks what it was given, calls, and prints."""
