// Several nodes, store, broker and clients in one thread, with a virtual clock and a seed: messages are lost, delayed,
// repeated and reordered, nodes die at every step of commit, acknowledge and publish, and the promises are checked after
// each step. It will run the product's own engine, unchanged, once there is one.
