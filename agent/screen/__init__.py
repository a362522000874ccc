"""The candidate's page: served on loopback, shown by Chromium in kiosk mode on the booth's own screen."""
