package import CaseMachine

extension Directory {
    /// A guest with their names and contact. Errors: `no_such_guest`, `erased`.
    package func guest(_ id: GuestID) throws(DirectoryError) -> Guest {
        if let guest = guests.find(id) { return guest }
        let destructions = guests.destructions
        let guest = try read { db in
            guard let guest = try GuestRow.find("id = ?", [.integer(id.value)], db) else {
                throw DirectoryError.noSuchGuest
            }
            return try open(guest)
        }
        guests.insert(guest, readSince: destructions)
        return guest
    }

    /// One that was looked at lately: for whoever must not wait.
    package func knownGuest(_ id: GuestID) -> Guest? { guests.find(id) }

    /// By the name that the outside knows. Errors: `no_such_guest`, `erased`.
    package func guest(_ name: PublicID) throws(DirectoryError) -> Guest {
        try read { db in
            guard let guest = try GuestRow.find("publicID = ?", [name.column], db) else {
                throw DirectoryError.noSuchGuest
            }
            return try open(guest)
        }
    }

    /// The guest of this contact and name at the organisation. One whose key was destroyed is nobody any more: the same
    /// person is somebody new.
    func findOrMakeGuest(
        _ draft: GuestDraft, _ organisation: OrganisationID, _ publicID: PublicID, _ db: any SQLSession
    ) throws -> Guest {
        let name = try NormalisedName(first: draft.firstName, last: draft.lastName)
        let contactHash = try vault.lookupHash(of: draft.contact, organisation: organisation.value)
        let nameHash = try vault.keyedHash(
            Array(name.text.utf8), organisation: organisation.value, purpose: "foyer name lookup 1")
        let known = try GuestRow.find(
            "organisation = ? AND contactHash = ? AND nameHash = ?",
            [.integer(organisation.value), .blob(contactHash), .blob(nameHash)], db)
        if let known {
            do { return try open(known) } catch let error as DirectoryError where error.code == .erased {
                try db.run("DELETE FROM guest WHERE id = ?", [.integer(known.id.value)])
            }
        }
        let id = GuestID(
            try db.insert(
                """
                INSERT INTO guest (publicID, organisation, contactHash, nameHash, detail) VALUES (?, ?, ?, ?, ?)
                RETURNING id
                """,
                [publicID.column, .integer(organisation.value), .blob(contactHash), .blob(nameHash), .blob([])]))
        // Durable before anything is sealed with it. What is left of a transaction that fails is a key of nobody's.
        let owner = KeyOwner.guest(id.value, of: organisation.value)
        try vault.createKeys(for: [owner])
        try db.run(
            "UPDATE guest SET detail = ? WHERE id = ?",
            [.blob(try seal(draft, owner, SealedColumn.guest, row: id.value)), .integer(id.value)])
        return Guest(
            id: id, publicID: publicID, organisation: organisation, firstName: draft.firstName,
            lastName: draft.lastName, contact: draft.contact)
    }

    private func open(_ row: GuestRow) throws -> Guest {
        let owner = KeyOwner.guest(row.id.value, of: row.organisation.value)
        let draft: GuestDraft
        do {
            draft = try open(GuestDraft.self, row.detail, owner, SealedColumn.guest, row: row.id.value)
        } catch VaultError.destroyed {
            throw DirectoryError.erased
        }
        return Guest(
            id: row.id, publicID: row.publicID, organisation: row.organisation, firstName: draft.firstName,
            lastName: draft.lastName, contact: draft.contact)
    }
}

/// A guest's row as it was read, still sealed.
private struct GuestRow {
    let id: GuestID
    let publicID: PublicID
    let organisation: OrganisationID
    let detail: [UInt8]

    static func find(_ condition: String, _ arguments: [SQLValue], _ db: any SQLSession) throws -> GuestRow? {
        let row = try db.firstRow(
            "SELECT id, publicID, organisation, detail FROM guest WHERE \(condition)", arguments)
        guard let row, let id = row.integer(0),
            let publicID = row.blob(1).flatMap(UInt128.init(bigEndianBytes:)),
            let organisation = row.integer(2), let detail = row.blob(3)
        else { return nil }
        return GuestRow(
            id: GuestID(id), publicID: PublicID(publicID), organisation: OrganisationID(organisation), detail: detail)
    }
}
