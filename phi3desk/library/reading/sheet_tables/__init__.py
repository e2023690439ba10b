"""The tables of a sheet: found among its rows, with typed columns, apart from titles, notes and totals."""
