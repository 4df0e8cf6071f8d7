"""Classic xlwings: Excel on Windows with the Python of the machine."""
