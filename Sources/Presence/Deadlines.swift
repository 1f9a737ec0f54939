/// A heap of moments. Nothing is ever taken out before its time: whoever set a deadline looks, when it comes, whether
/// it still holds. Equal moments come in the order in which they were set.
struct Deadlines<Item: Sendable>: Sendable {
    private struct Entry {
        let due: Duration
        let order: UInt64
        let item: Item

        func isBefore(_ other: Entry) -> Bool { (due, order) < (other.due, other.order) }
    }

    private var heap: [Entry] = []
    private var order: UInt64 = 0

    var next: Duration? { heap.first?.due }

    mutating func set(_ item: Item, at due: Duration) {
        order &+= 1
        heap.append(Entry(due: due, order: order, item: item))
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].isBefore(heap[parent]) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    mutating func popDue(_ now: Duration) -> Item? {
        guard let first = heap.first, first.due <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first.item
    }

    mutating func removeAll() { heap.removeAll() }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
