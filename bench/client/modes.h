/* The four things that can be measured. Each runs to its end and leaves its figures in `client->measurement`. */
#pragma once

#include "client.h"

void run_echo(struct client *client);
void run_fanout(struct client *client);
void run_idle(struct client *client);
void run_handshake(struct client *client);
