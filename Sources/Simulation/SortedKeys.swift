/// Keys in their order, each once. They lie in portions that stay small, so that one that is put in or taken out moves few
/// others, however many there are.
struct SortedKeys<Key: Comparable> {
    /// A portion that grows larger is parted in two. At 100,000 keys there are as many portions as keys in one.
    private static var largest: Int { 512 }

    /// None is empty.
    private var portions: [[Key]] = []

    var isEmpty: Bool { portions.isEmpty }

    mutating func insert(_ key: Key) {
        guard !portions.isEmpty else { return portions.append([key]) }
        // What is larger than all goes to the end of the last one.
        let portion = min(place { $0 < key }, portions.count - 1)
        let index = portions[portion].firstIndex(notBefore: key)
        guard index == portions[portion].count || portions[portion][index] != key else { return }
        portions[portion].insert(key, at: index)
        guard portions[portion].count > Self.largest else { return }
        let upper = Array(portions[portion][(Self.largest / 2)...])
        portions[portion].removeSubrange((Self.largest / 2)...)
        portions.insert(upper, at: portion + 1)
    }

    mutating func remove(_ key: Key) {
        let portion = place { $0 < key }
        guard portion < portions.count else { return }
        let index = portions[portion].firstIndex(notBefore: key)
        guard portions[portion][index] == key else { return }
        portions[portion].remove(at: index)
        if portions[portion].isEmpty { portions.remove(at: portion) }
    }

    /// The first ones after `key`, or of all, as many as `limit` and no farther than they are `wanted`.
    func prefix(_ limit: Int, after key: Key?, while wanted: (Key) -> Bool = { _ in true }) -> [Key] {
        var found: [Key] = []
        let first = key.map { key in place { $0 <= key } } ?? 0
        for portion in portions[first...] {
            let start = key.map { key in portion.leading { $0 <= key } } ?? 0
            for candidate in portion[start...] {
                guard found.count < limit, wanted(candidate) else { return found }
                found.append(candidate)
            }
        }
        return found
    }

    /// The portion whose last key is the first not to be `before`.
    private func place(_ before: (Key) -> Bool) -> Int {
        portions.leading { portion in portion.last.map(before) ?? true }
    }
}

extension Array where Element: Comparable {
    /// In a sorted array: where those begin that are not smaller.
    func firstIndex(notBefore element: Element) -> Int { leading { $0 < element } }
}

extension Array {
    /// In an array that begins with all those that are `before`: how many they are.
    fileprivate func leading(_ isBefore: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
