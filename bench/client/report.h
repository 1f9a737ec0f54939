/* What the measurement comes to, for people or as JSON. */
#pragma once

#include "client.h"

void report(const struct client *client);
