# Read by CMake inside llama.cpp's own project (CMAKE_PROJECT_<name>_INCLUDE). The Python package turns the helpers of
# llama.cpp's command-line programs on by force, in the cache; a variable of the project goes before the cache.
set(LLAMA_BUILD_COMMON OFF)
