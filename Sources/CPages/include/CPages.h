// The pages that the program carries, as one archive (tools/archive.py says how it is made up); only `make release` puts
// them there.
#pragma once

#include <stddef.h>

/// The archive, or NULL where there is none.
const void *cpages_archive(size_t *byte_count);
