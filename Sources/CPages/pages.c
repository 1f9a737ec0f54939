#include "CPages.h"

#ifdef FOYER_PAGES

static const unsigned char archive[] = {
#embed FOYER_PAGES
};

const void *cpages_archive(size_t *byte_count)
{
    *byte_count = sizeof archive;
    return archive;
}

#else

const void *cpages_archive(size_t *byte_count)
{
    *byte_count = 0;
    return NULL;
}

#endif
