/// An unwrapped key and the id by which blobs name it.
struct VaultKey: Sendable {
    let id: UInt64
    let secret: SecretBytes
}

/// The unwrapped keys used last, at most `bound` of them. Which one goes is decided by the clock algorithm: a hand
/// walks over the slots and takes the first that was not used since it passed. Exact order of use would cost a write to
/// shared lists at each look-up; this costs a flag.
struct KeyCache {
    private struct Slot {
        let owner: KeyOwner
        let key: VaultKey
        var usedSince: Bool
    }

    private let bound: Int
    private var slots: [Slot?] = []
    private var places: [KeyOwner: Int] = [:]
    private var free: [Int] = []
    private var hand = 0

    init(bound: Int) {
        precondition(bound > 0, "a cache of no keys")
        self.bound = bound
    }

    var count: Int { places.count }

    mutating func find(_ owner: KeyOwner) -> VaultKey? {
        guard let place = places[owner] else { return nil }
        slots[place]?.usedSince = true
        return slots[place]?.key
    }

    mutating func insert(_ owner: KeyOwner, _ key: VaultKey) {
        let slot = Slot(owner: owner, key: key, usedSince: false)
        if let place = places[owner] {
            slots[place] = slot
        } else {
            let place = emptyPlace()
            slots[place] = slot
            places[owner] = place
        }
    }

    /// The key's bytes are wiped as soon as nobody who looked them up before is using them any more.
    mutating func remove(_ owner: KeyOwner) {
        guard let place = places.removeValue(forKey: owner) else { return }
        slots[place] = nil
        free.append(place)
    }

    mutating func remove(organisation: Int64) {
        for owner in places.keys.filter({ $0.organisation == organisation }) { remove(owner) }
    }

    mutating func removeAll() { self = KeyCache(bound: bound) }

    private mutating func emptyPlace() -> Int {
        if let place = free.popLast() { return place }
        if slots.count < bound {
            slots.append(nil)
            return slots.count - 1
        }
        // Ends: it clears each flag it passes, so that its second round finds one.
        while true {
            let place = hand
            hand = hand + 1 == slots.count ? 0 : hand + 1
            guard let slot = slots[place] else { return place }
            if !slot.usedSince {
                places.removeValue(forKey: slot.owner)
                slots[place] = nil
                return place
            }
            slots[place]?.usedSince = false
        }
    }
}
