"""The main window: the rooms put together, the sidebar, notices and shortcuts."""
