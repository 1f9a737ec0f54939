// The durable side: SQLite (embedded default) or PostgreSQL (many nodes) behind one contract suite, and migrations.
