"""Live pictures and sound: encoded once, sent to everybody who watches."""
