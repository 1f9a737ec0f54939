CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE auditHead (
    node TEXT NOT NULL,
    number INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    at INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (node, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE auditRow (
    node TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    organisation INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (node, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE caseEvent (
    id INTEGER PRIMARY KEY,
    caseID INTEGER NOT NULL,
    number INTEGER NOT NULL,
    guestNumber INTEGER,
    edits INTEGER,
    isDeleted INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE caseGuest (
    guest INTEGER NOT NULL,
    caseID INTEGER NOT NULL,
    PRIMARY KEY (guest, caseID)
) STRICT, WITHOUT ROWID;

CREATE TABLE caseRow (
    id INTEGER PRIMARY KEY,
    publicID BLOB NOT NULL,
    organisation INTEGER NOT NULL,
    team INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    party INTEGER NOT NULL,
    assignee INTEGER,
    isAssigneeAbsent INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    isUnread INTEGER NOT NULL,
    isErasing INTEGER NOT NULL,
    version INTEGER NOT NULL,
    teamHead INTEGER NOT NULL,
    guestHead INTEGER NOT NULL,
    due INTEGER,
    state BLOB NOT NULL
) STRICT;

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

CREATE TABLE commandKey (
    id INTEGER PRIMARY KEY,
    organisation INTEGER NOT NULL,
    key BLOB NOT NULL,
    authorKind INTEGER NOT NULL,
    author INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    caseID INTEGER NOT NULL,
    teamHead INTEGER NOT NULL,
    guestHead INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE guest (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    organisation INTEGER NOT NULL,
    contactHash BLOB NOT NULL,
    nameHash BLOB NOT NULL,
    detail BLOB NOT NULL
) STRICT;

CREATE TABLE member (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    organisation INTEGER NOT NULL,
    addressHash BLOB NOT NULL,
    detail BLOB NOT NULL,
    password BLOB NOT NULL
) STRICT;

CREATE TABLE memberLink (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    tokenHash BLOB NOT NULL,
    kind INTEGER NOT NULL,
    organisation INTEGER NOT NULL,
    addressHash BLOB NOT NULL,
    expiresAt INTEGER NOT NULL,
    detail BLOB NOT NULL
) STRICT;

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE node (
    id INTEGER PRIMARY KEY,
    heardAt INTEGER NOT NULL
) STRICT;

CREATE TABLE nodeMember (
    member INTEGER NOT NULL,
    node INTEGER NOT NULL,
    PRIMARY KEY (member, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE organisation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    settings BLOB NOT NULL
) STRICT;

CREATE TABLE outboxItem (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    caseID INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL,
    due INTEGER NOT NULL
, state INTEGER NOT NULL DEFAULT 0, recipient INTEGER, series INTEGER NOT NULL DEFAULT 0, since INTEGER, notBefore INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, isOpen INTEGER NOT NULL DEFAULT 0, unknowns INTEGER NOT NULL DEFAULT 0, leaseToken INTEGER, leaseEnd INTEGER, finishedAt INTEGER, channel INTEGER, reference TEXT, reason TEXT, report INTEGER, reportedAt INTEGER) STRICT;

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

CREATE TABLE sharedFile (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    organisation INTEGER NOT NULL,
    caseID INTEGER NOT NULL,
    uploaderKind INTEGER NOT NULL,
    uploader INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    byteCount INTEGER NOT NULL,
    storageName BLOB NOT NULL,
    detail BLOB NOT NULL,
    createdAt INTEGER NOT NULL
) STRICT;

CREATE TABLE team (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    organisation INTEGER NOT NULL,
    settings BLOB NOT NULL
) STRICT;

CREATE TABLE teamCategory (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    team INTEGER NOT NULL,
    detail BLOB NOT NULL
) STRICT;

CREATE TABLE teamField (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publicID BLOB NOT NULL,
    team INTEGER NOT NULL,
    detail BLOB NOT NULL
) STRICT;

CREATE INDEX attemptBySubject ON attempt (kind, subject, at);

CREATE INDEX attemptByTime ON attempt (at);

CREATE INDEX caseByAssignee ON caseRow (assignee, id, isAssigneeAbsent) WHERE assignee IS NOT NULL;

CREATE INDEX caseByClient ON caseRow (party) WHERE kind = 2;

CREATE INDEX caseByDue ON caseRow (due) WHERE due IS NOT NULL;

CREATE INDEX caseByGuest ON caseRow (party, stage) WHERE kind <> 2;

CREATE UNIQUE INDEX caseByPublicID ON caseRow (publicID);

CREATE INDEX caseByTeam ON caseRow (team, stage);

CREATE INDEX caseErasing ON caseRow (id) WHERE isErasing = 1;

CREATE INDEX caseUnassigned ON caseRow (team) WHERE stage = 0 AND assignee IS NULL AND kind <> 2;

CREATE INDEX caseUnread ON caseRow (team) WHERE stage = 0 AND isUnread = 1;

CREATE UNIQUE INDEX categoryByPublicID ON teamCategory (publicID);

CREATE INDEX challengeByEnd ON challenge (expiresAt);

CREATE UNIQUE INDEX challengeByName ON challenge (nameHash);

CREATE UNIQUE INDEX commandByKey ON commandKey (organisation, key, authorKind, author);

CREATE INDEX eventByEdited ON caseEvent (caseID, edits) WHERE edits IS NOT NULL;

CREATE UNIQUE INDEX eventByNumber ON caseEvent (caseID, number);

CREATE UNIQUE INDEX fieldByPublicID ON teamField (publicID);

CREATE INDEX fileByCase ON sharedFile (caseID);

CREATE UNIQUE INDEX fileByPublicID ON sharedFile (publicID);

CREATE INDEX fileByState ON sharedFile (state, id) WHERE state <> 2;

CREATE INDEX fileByUploader ON sharedFile (uploaderKind, uploader);

CREATE INDEX fileUnsent ON sharedFile (createdAt) WHERE audience = 0;

CREATE INDEX guestByCase ON caseGuest (caseID);

CREATE UNIQUE INDEX guestByContact ON guest (organisation, contactHash, nameHash);

CREATE UNIQUE INDEX guestByPublicID ON guest (publicID);

CREATE UNIQUE INDEX memberByAddress ON member (addressHash);

CREATE INDEX memberByNode ON nodeMember (node);

CREATE UNIQUE INDEX memberByPublicID ON member (publicID);

CREATE UNIQUE INDEX memberLinkByAddress ON memberLink (kind, addressHash);

CREATE INDEX memberLinkByEnd ON memberLink (expiresAt);

CREATE UNIQUE INDEX memberLinkByPublicID ON memberLink (publicID);

CREATE UNIQUE INDEX memberLinkByToken ON memberLink (tokenHash);

CREATE UNIQUE INDEX organisationByPublicID ON organisation (publicID);

CREATE INDEX outboxByCase ON outboxItem (caseID, id);

CREATE INDEX outboxByReference ON outboxItem (reference) WHERE reference IS NOT NULL;

CREATE INDEX outboxFailed ON outboxItem (id) WHERE state = 2 OR report = 2;

CREATE INDEX outboxFinished ON outboxItem (finishedAt) WHERE finishedAt IS NOT NULL;

CREATE INDEX outboxWaiting ON outboxItem (notBefore, id) WHERE state = 0;

CREATE INDEX sessionByEnd ON session (idleAt);

CREATE INDEX sessionBySubject ON session (subjectKind, subject);

CREATE UNIQUE INDEX sessionByToken ON session (tokenHash);

CREATE UNIQUE INDEX teamByPublicID ON team (publicID);

-- Rows
INSERT INTO meta VALUES ('generation', 5);
INSERT INTO caseRow VALUES
    (1, x'000102030405060708090a0b0c0d0e0f', 1, 1, 0, 7, NULL, 0, 0, 1, 0, 2, 2, 2, 1700000300000, x'01aa'),
    (2, x'100102030405060708090a0b0c0d0e0f', 1, 1, 1, 8, 11, 1, 0, 0, 0, 5, 3, 2, NULL, x'01bb'),
    (3, x'200102030405060708090a0b0c0d0e0f', 2, 4, 2, 9, NULL, 0, 2, 0, 1, 9, 3, 3, NULL, x'');
INSERT INTO caseEvent VALUES
    (1, 1, 1, 1, NULL, 0, x'01'), (2, 1, 2, 2, NULL, 1, x'02'), (3, 2, 1, 1, NULL, 0, x'03'),
    (4, 2, 2, NULL, NULL, 0, x'04'), (5, 2, 3, 2, 1, 1, x'05');
INSERT INTO caseGuest VALUES (9, 2);
INSERT INTO commandKey VALUES
    (1, 1, x'018bcfe568000102030405060708090a', 0, 7, -5, 1, 2, 2, 1700000000000);
INSERT INTO outboxItem VALUES
    (1, 1, 0, 2, 1700000240000, 0, NULL, 0, NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 1, 0, 2, 1700000240000, 1, 11, 1, 1700000250000, 0, 2, 0, 1, 7, NULL, 1700000260000, 2, 'm-1', NULL, 1, 1700000270000);
INSERT INTO node VALUES (-3, 1700000000000);
INSERT INTO nodeMember VALUES (11, -3);
INSERT INTO auditRow VALUES
    ('n1', 1, 1700000000000, 1, 'member:11', 'case.viewed', 'case:1', '', zeroblob(32));
INSERT INTO auditHead VALUES ('n1', 1, 1, 1700000000000, zeroblob(32), zeroblob(64));
INSERT INTO organisation VALUES (1, x'300102030405060708090a0b0c0d0e0f', x'01');
INSERT INTO team VALUES (1, x'310102030405060708090a0b0c0d0e0f', 1, x'01');
INSERT INTO teamCategory VALUES (1, x'320102030405060708090a0b0c0d0e0f', 1, x'01');
INSERT INTO teamField VALUES (1, x'330102030405060708090a0b0c0d0e0f', 1, x'01');
INSERT INTO member VALUES (11, x'340102030405060708090a0b0c0d0e0f', 1, zeroblob(32), x'01', x'02');
INSERT INTO guest VALUES (7, x'350102030405060708090a0b0c0d0e0f', 1, zeroblob(32), zeroblob(32), x'01');
INSERT INTO challenge VALUES (1, zeroblob(32), 1, 1, zeroblob(32), zeroblob(32), 1700000300000, 1, x'01');
INSERT INTO attempt VALUES (1, 1, zeroblob(32), 1700000000000);
INSERT INTO session VALUES (1, zeroblob(32), 1, 11, 1, 1700000000000, 1700000060000, 1700001860000);
INSERT INTO memberLink VALUES (1, x'02', x'03', 1, 1, x'04', 9, x'05');
INSERT INTO sharedFile VALUES
    (1, x'360102030405060708090a0b0c0d0e0f', 1, 1, 0, 7, 2, 0, 2, 812344, zeroblob(16), x'01', 1700000000000);
