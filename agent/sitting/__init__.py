"""The candidate's way through an exam session at the booth, from the code to the end, with or without the hub."""
