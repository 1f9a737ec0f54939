import CaseMachine
import Synchronization

/// The guests looked at last: every event of a guest's is shown with their name. Two halves; when the younger is full, the
/// older goes, and what is found in the older moves over.
final class GuestCache: Sendable {
    private struct Contents {
        var young: [GuestID: Guest] = [:]
        var old: [GuestID: Guest] = [:]
        /// How many destructions of keys there had been: an erased guest is not remembered.
        var destructions: UInt64
    }

    private let half: Int
    private let vault: Vault
    private let contents: Mutex<Contents>

    init(bound: Int, _ vault: Vault) {
        half = max(1, bound / 2)
        self.vault = vault
        contents = Mutex(Contents(destructions: vault.destructions.load(ordering: .acquiring)))
    }

    /// To be asked before the guest is read, and given back with it.
    var destructions: UInt64 { vault.destructions.load(ordering: .acquiring) }

    func find(_ id: GuestID) -> Guest? {
        let destructions = destructions
        return contents.withLock { contents in
            Self.forgetErased(&contents, destructions)
            if let guest = contents.young[id] { return guest }
            guard let guest = contents.old.removeValue(forKey: id) else { return nil }
            keep(guest, &contents)
            return guest
        }
    }

    func insert(_ guest: Guest, readSince destructions: UInt64) {
        let now = self.destructions
        contents.withLock { contents in
            Self.forgetErased(&contents, now)
            guard now == destructions else { return }
            contents.old[guest.id] = nil
            keep(guest, &contents)
        }
    }

    var count: Int { contents.withLock { $0.young.count + $0.old.count } }

    private func keep(_ guest: Guest, _ contents: inout Contents) {
        if contents.young.count >= half, contents.young[guest.id] == nil {
            contents.old = contents.young
            contents.young = [:]
        }
        contents.young[guest.id] = guest
    }

    private static func forgetErased(_ contents: inout Contents, _ destructions: UInt64) {
        guard contents.destructions != destructions else { return }
        contents = Contents(destructions: destructions)
    }
}
