// Several nodes, a store, a broker and clients in one thread, with a virtual clock and a seed.
