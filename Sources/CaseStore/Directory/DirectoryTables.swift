import GRDB

/// The directory's tables (docs/store.md). Numbers are never given out twice, since keys and audit rows name people by
/// them.
enum DirectoryTables {
    static func create(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE organisation (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    publicID BLOB NOT NULL,
                    settings BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX organisationByPublicID ON organisation (publicID);

                CREATE TABLE team (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    publicID BLOB NOT NULL,
                    organisation INTEGER NOT NULL,
                    settings BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX teamByPublicID ON team (publicID);

                CREATE TABLE teamCategory (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    publicID BLOB NOT NULL,
                    team INTEGER NOT NULL,
                    detail BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX categoryByPublicID ON teamCategory (publicID);

                CREATE TABLE teamField (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    publicID BLOB NOT NULL,
                    team INTEGER NOT NULL,
                    detail BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX fieldByPublicID ON teamField (publicID);

                CREATE TABLE member (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    publicID BLOB NOT NULL,
                    organisation INTEGER NOT NULL,
                    addressHash BLOB NOT NULL,
                    detail BLOB NOT NULL,
                    password BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX memberByPublicID ON member (publicID);
                CREATE UNIQUE INDEX memberByAddress ON member (addressHash);

                CREATE TABLE guest (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    publicID BLOB NOT NULL,
                    organisation INTEGER NOT NULL,
                    contactHash BLOB NOT NULL,
                    nameHash BLOB NOT NULL,
                    detail BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX guestByPublicID ON guest (publicID);
                CREATE UNIQUE INDEX guestByContact ON guest (organisation, contactHash, nameHash);

                CREATE TABLE challenge (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    nameHash BLOB NOT NULL,
                    organisation INTEGER NOT NULL,
                    team INTEGER NOT NULL,
                    contactHash BLOB NOT NULL,
                    codeHash BLOB NOT NULL,
                    expiresAt INTEGER NOT NULL,
                    wrongTries INTEGER NOT NULL,
                    draft BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX challengeByName ON challenge (nameHash);
                CREATE INDEX challengeByEnd ON challenge (expiresAt);

                CREATE TABLE attempt (
                    id INTEGER PRIMARY KEY,
                    kind INTEGER NOT NULL,
                    subject BLOB NOT NULL,
                    at INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX attemptBySubject ON attempt (kind, subject, at);
                CREATE INDEX attemptByTime ON attempt (at);

                CREATE TABLE session (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    tokenHash BLOB NOT NULL,
                    subjectKind INTEGER NOT NULL,
                    subject INTEGER NOT NULL,
                    organisation INTEGER NOT NULL,
                    startedAt INTEGER NOT NULL,
                    usedAt INTEGER NOT NULL,
                    idleAt INTEGER NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX sessionByToken ON session (tokenHash);
                CREATE INDEX sessionBySubject ON session (subjectKind, subject);
                CREATE INDEX sessionByEnd ON session (idleAt);
                """)
    }
}
