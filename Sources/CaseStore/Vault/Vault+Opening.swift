import Glibc

extension Vault {
    /// Whether a house without a master key gets one.
    package enum MissingMasterKey: Sendable {
        /// For development, and for a house that is being founded.
        case generate
        /// In operation an absent key is a disk that was not mounted.
        case refuse
    }

    /// Opens the key file of this process, which no other may have open, and completes an interrupted rotation.
    package static func open(
        _ directory: DataDirectory, missingMasterKey: MissingMasterKey, cachedKeys: Int = Vault.usualCachedKeys
    ) throws(VaultError) -> Vault {
        let vault = try openAsItIs(directory, missingMasterKey: missingMasterKey, cachedKeys: cachedKeys)
        if vault.rotation().isUnderWay { try vault.rotateMasterKey() }
        return vault
    }

    /// Opens the keys that nodes share; `url` names their database, which is not the data's. `directory` is this node's own,
    /// for the master key, which is the same on all nodes. Completes a rotation that has begun to wrap.
    package static func open(
        _ url: PostgresURL, _ directory: DataDirectory, missingMasterKey: MissingMasterKey,
        cachedKeys: Int = Vault.usualCachedKeys, settings: PostgresSettings = PostgresSettings()
    ) throws(VaultError) -> Vault {
        try makeFolder(directory.keys)
        let server = try KeyServer(url, settings)
        let file = SecretFile(path: directory.masterKey, name: "master key")
        if !file.exists {
            // A new key would open nothing of what is there.
            guard try !server.hasMaster() else {
                throw .unavailable(
                    "\(server.name) is in use with a master key, and there is none in '\(file.path)'. Copy the one of another "
                        + "node there.")
            }
            try make(file, missingMasterKey)
        }
        let masters = try masterKeys(directory)
        // Two nodes that found a house at once have each made one; the first counts.
        let inForce = try server.foundingMaster(masters.first.id)
        guard masters.find(inForce) != nil else {
            throw .unavailable(
                "'\(directory.masterKey)' is not the master key that \(server.name) is in use with. All nodes need the same: "
                    + "copy the one of another node there, and, while it is being changed, its 'master.key.next'.")
        }
        let vault = Vault(
            directory, table: KeyTable(server), masters: masters, cachedKeys: cachedKeys,
            destructions: try server.destructions(after: .max).newest)
        let rotation = vault.rotation()
        // A next master key that wraps nothing yet waits until all nodes have it.
        if rotation.isUnderWay, rotation.hasWrapped || inForce != masters.first.id { try vault.rotateMasterKey() }
        return vault
    }

    /// As `open`, but in the middle of a rotation it stays there.
    static func openAsItIs(
        _ directory: DataDirectory, missingMasterKey: MissingMasterKey, cachedKeys: Int = Vault.usualCachedKeys
    ) throws(VaultError) -> Vault {
        try makeFolder(directory.keys)
        try demandKeysOfData(directory)
        let file = SecretFile(path: directory.masterKey, name: "master key")
        if !file.exists { try found(file, directory, missingMasterKey) }
        let masters = try masterKeys(directory)
        let table = try KeyTable(path: directory.keyFile)
        try demandRightMasterKeys(masters, table, directory)
        return Vault(directory, table: table, masters: masters, cachedKeys: cachedKeys)
    }

    static func makeFolder(_ path: String) throws(VaultError) {
        if mkdir(path, 0o700) == 0 {
            try SecretFile.syncFolder(of: path)
        } else if errno != EEXIST {
            throw .unavailable("The folder '\(path)' cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    /// Data whose keys are missing must not get a new, empty key file, beside which nobody looks for the right one. So a
    /// new house opens its vault before it makes its database.
    private static func demandKeysOfData(_ directory: DataDirectory) throws(VaultError) {
        guard access(directory.database, F_OK) != 0 || access(directory.keyFile, F_OK) == 0 else {
            throw .unavailable(
                "There is data in '\(directory.database)', but the keys '\(directory.keyFile)' that open it are missing. "
                    + "Put them back.")
        }
    }

    /// As they stand in the files.
    static func masterKeys(_ directory: DataDirectory) throws(VaultError) -> MasterKeys {
        let file = SecretFile(path: directory.masterKey, name: "master key")
        var masters = MasterKeys(try MasterKey(try file.read()))
        let next = SecretFile(path: directory.nextMasterKey, name: "next master key")
        if next.exists { masters.add(try MasterKey(try next.read()), asCurrent: true) }
        return masters
    }

    private static func found(
        _ file: SecretFile, _ directory: DataDirectory, _ missing: MissingMasterKey
    ) throws(VaultError) {
        // A new key would open nothing of what is there.
        guard access(directory.keyFile, F_OK) != 0 else {
            throw .unavailable(
                "There are keys in '\(directory.keyFile)', but the master key '\(file.path)' that opens them is "
                    + "missing. Put it back.")
        }
        try make(file, missing)
    }

    private static func make(_ file: SecretFile, _ missing: MissingMasterKey) throws(VaultError) {
        switch missing {
        case .generate: try file.create(try SecretBytes.random())
        case .refuse:
            throw .unavailable(
                "There is no master key '\(file.path)'. Put it back, or, for a new house, make one: "
                    + "(umask 077; head -c 32 /dev/urandom > '\(file.path)')")
        }
    }

    /// Told at the start: otherwise each content would be unreadable for a reason that nobody sees.
    private static func demandRightMasterKeys(
        _ masters: MasterKeys, _ table: KeyTable, _ directory: DataDirectory
    ) throws(VaultError) {
        let first = try table.read { db in try table.organisationKeys(after: 0, limit: 1, db) }.first
        guard let first else { return }
        let id = try first.slot.withUnsafeBufferPointer { slot throws(VaultError) in try AESGCM.keyID(of: slot) }
        guard masters.find(id) != nil else {
            throw .unavailable(
                "'\(directory.masterKey)' is not the master key that the keys in '\(directory.keyFile)' were wrapped "
                    + "with. Put back the one that belongs to them.")
        }
    }
}
