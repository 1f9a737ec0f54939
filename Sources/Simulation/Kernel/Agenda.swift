/// What is to happen, by the time when it does. Of what falls on one moment, the first to be planned happens first.
struct Agenda {
    typealias Act = (World) -> Void

    private struct Item {
        let at: Duration
        let order: UInt64
        let act: Act

        func isBefore(_ other: Item) -> Bool { at == other.at ? order < other.order : at < other.at }
    }

    /// A binary heap.
    private var items: [Item] = []
    private var planned: UInt64 = 0

    mutating func plan(at moment: Duration, _ act: @escaping Act) {
        planned += 1
        items.append(Item(at: moment, order: planned, act: act))
        var place = items.count - 1
        while place > 0, items[place].isBefore(items[(place - 1) / 2]) {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func next() -> (at: Duration, act: Act)? {
        guard let first = items.first else { return nil }
        let last = items.removeLast()
        if !items.isEmpty {
            items[0] = last
            settle()
        }
        return (first.at, first.act)
    }

    private mutating func settle() {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < items.count {
                if items[child].isBefore(items[least]) { least = child }
            }
            guard least != place else { return }
            items.swapAt(place, least)
            place = least
        }
    }
}
