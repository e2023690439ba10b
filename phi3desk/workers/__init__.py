"""The processes that hold the heavy parts, and the line protocol they speak."""
