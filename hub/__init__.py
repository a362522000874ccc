"""The central program: stores what booths report and serves the dashboard."""
