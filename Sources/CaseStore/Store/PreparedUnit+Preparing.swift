import CaseMachine

extension PreparedUnit {
    /// Packs and seals the units, with the moment `at` (milliseconds) for their commands' keys. New cases' keys are
    /// durable before anything that they seal.
    static func prepare(
        _ units: [CommitUnit], at: Int64, _ sealer: Sealer, _ vault: Vault
    ) throws(StoreError) -> [Result<PreparedUnit, CaseTrouble>] {
        let troubles = try makeKeys(units, vault)
        var prepared: [Result<PreparedUnit, CaseTrouble>] = []
        prepared.reserveCapacity(units.count)
        for (unit, index) in zip(units, 0...) {
            if let trouble = troubles[index] ?? unit.fault.map(CaseTrouble.unreadable) {
                prepared.append(.failure(trouble))
            } else {
                prepared.append(
                    try CaseTrouble.catching { () throws(VaultError) in try PreparedUnit(unit, at: at, sealer) })
            }
        }
        return prepared
    }

    /// An organisation gets its own with its first case. Answers why units cannot have them, by the units' places.
    private static func makeKeys(_ units: [CommitUnit], _ vault: Vault) throws(StoreError) -> [Int: CaseTrouble] {
        guard units.contains(where: { unit in unit.changes.contains { $0.expectedVersion == 0 } }) else { return [:] }
        let owners = units.map(\.newOwners)
        do {
            try vault.createKeys(for: owners.flatMap(\.self))
            return [:]
        } catch .unavailable(let reason) {
            throw .unavailable(reason)
        } catch {
            // One of them was erased. Which, is found out one by one.
            var troubles: [Int: CaseTrouble] = [:]
            for (owners, index) in zip(owners, 0...) where !owners.isEmpty {
                let made = try CaseTrouble.catching { () throws(VaultError) in try vault.createKeys(for: owners) }
                if case .failure(let trouble) = made { troubles[index] = trouble }
            }
            return troubles
        }
    }
}

extension CommitUnit {
    fileprivate var newOwners: [KeyOwner] {
        changes.filter { $0.expectedVersion == 0 }.flatMap { change -> [KeyOwner] in
            let organisation = change.state.organisation.value
            return [.organisation(organisation), .case(change.id.value, of: organisation)]
        }
    }
}
