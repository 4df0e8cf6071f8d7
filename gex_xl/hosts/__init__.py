"""The programs in which the worksheet functions run, each one thin."""
