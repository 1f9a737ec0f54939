#include <stddef.h>
#include <stdint.h>

// libFuzzer as a library: its own `main` cannot be used, because SwiftPM renames that of every executable.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*judge)(const uint8_t *data, size_t size));
