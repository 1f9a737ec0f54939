// The bytes of a message: format, kind, sender, then fixed fields, then a counted list of fixed-size items; all big
// endian. Decoding is total, and strict: what it accepts encodes to the same bytes again, so there is one form.

extension PresenceMessage {
    private static let format: UInt8 = 1

    private enum Kind: UInt8 {
        case digest = 1
        case delta, ask, current, snapshot, typing, goodbye
    }

    /// Lists longer than `maxItems` are our own mistake: whoever makes messages splits them.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.put(Self.format)
        writer.put(kind.rawValue)
        writer.put(sender)
        switch self {
        case .digest(let digest):
            writer.put(digest.round)
            writer.put(digest.from)
            writer.put(digest.to)
            writer.putList(digest.topics) { $0.put($1) }
        case .delta(let delta):
            writer.put(delta.topic)
            writer.put(delta.previous)
            writer.put(delta.version)
            writer.putList(delta.entries) { $0.put($1.person, $1.status) }
        case .ask(let ask):
            writer.put(ask.of)
            writer.putList(ask.topics) { $0.put($1) }
        case .current(let current):
            writer.put(current.at)
            writer.putList(current.topics) { $0.put($1) }
        case .snapshot(let snapshot):
            writer.put(snapshot.topic)
            writer.put(snapshot.version)
            writer.put(snapshot.at)
            writer.put(UInt16(snapshot.part))
            writer.put(UInt16(snapshot.parts))
            writer.putList(snapshot.people) { $0.put($1.person, $1.status) }
        case .typing(let news):
            writer.put(news.stamp)
            writer.putList(news.changes) { $0.put($1) }
        case .goodbye: break
        }
        return writer.bytes
    }

    /// Nil if these bytes are not exactly one message of this format.
    package init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.byte() == Self.format, let kind = reader.byte().flatMap(Kind.init), let node = reader.node() else {
            return nil
        }
        guard let message = Self.body(of: kind, from: node, &reader), reader.isAtEnd else { return nil }
        self = message
    }

    private static func body(of kind: Kind, from node: NodeID, _ reader: inout ByteReader) -> PresenceMessage? {
        switch kind {
        case .digest:
            guard let round = reader.word(), let from = reader.word(), let to = reader.word(), from <= to,
                let topics = reader.list(of: 17, { $0.topicVersion() })
            else { return nil }
            return .digest(Digest(node: node, round: round, from: from, to: to, topics: topics))
        case .delta:
            guard let topic = reader.topic(), let previous = reader.word(), let version = reader.word(),
                previous < version, let entries = reader.list(of: 10, { $0.entry() })
            else { return nil }
            return .delta(Delta(node: node, topic: topic, previous: previous, version: version, entries: entries))
        case .ask:
            guard let of = reader.node(), let topics = reader.list(of: 17, { $0.topicVersion() }) else { return nil }
            return .ask(Ask(node: node, of: of, topics: topics))
        case .current:
            guard let at = reader.word(), let topics = reader.list(of: 17, { $0.topicVersion() }) else { return nil }
            return .current(Current(node: node, at: at, topics: topics))
        case .snapshot:
            return snapshot(from: node, &reader).map(PresenceMessage.snapshot)
        case .typing:
            guard let stamp = reader.word(), let changes = reader.list(of: 19, { $0.typingChange() }) else {
                return nil
            }
            return .typing(TypingNews(node: node, stamp: stamp, changes: changes))
        case .goodbye:
            return .goodbye(node)
        }
    }

    private static func snapshot(from node: NodeID, _ reader: inout ByteReader) -> Snapshot? {
        guard let topic = reader.topic(), let version = reader.word(), let at = reader.word(), version <= at,
            let part = reader.short(), let parts = reader.short(), part < parts, parts <= maxParts,
            let people = reader.list(of: 10, { $0.personStatus() })
        else { return nil }
        return Snapshot(
            node: node, topic: topic, version: version, at: at, part: part, parts: parts, people: people)
    }

    private var kind: Kind {
        switch self {
        case .digest: .digest
        case .delta: .delta
        case .ask: .ask
        case .current: .current
        case .snapshot: .snapshot
        case .typing: .typing
        case .goodbye: .goodbye
        }
    }
}

private struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ node: NodeID) {
        put(node.high)
        put(node.low)
    }

    mutating func put(_ topic: TopicID) {
        put(topic.kind)
        put(topic.value)
    }

    mutating func put(_ topic: PresenceMessage.TopicVersion) {
        put(topic.topic)
        put(topic.version)
    }

    mutating func put(_ person: PersonID) {
        put(person.kind)
        put(person.value)
    }

    /// Attention in the lowest two bits (0: gone), the device in the next two.
    mutating func put(_ person: PersonID, _ status: Status?) {
        put(person)
        put(status.map { $0.attention.rawValue | $0.device.rawValue << 2 } ?? 0)
    }

    /// The audience in the lowest two bits, whether they type in the next.
    mutating func put(_ change: PresenceMessage.TypingChange) {
        put(change.topic)
        put(change.typist.person)
        put(change.typist.audience.rawValue | (change.isTyping ? 4 : 0))
    }

    mutating func putList<Item>(_ items: [Item], _ put: (inout ByteWriter, Item) -> Void) {
        precondition(items.count <= PresenceMessage.maxItems, "a message of \(items.count) items was not split")
        self.put(UInt16(items.count))
        for item in items { put(&self, item) }
    }
}

private struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
        let end = position + MemoryLayout<Number>.size
        guard end <= bytes.count else { return nil }
        var number: Number = 0
        for byte in bytes[position..<end] { number = number << 8 | Number(truncatingIfNeeded: byte) }
        position = end
        return number
    }

    mutating func byte() -> UInt8? { number(UInt8.self) }
    mutating func word() -> UInt64? { number(UInt64.self) }
    mutating func short() -> Int? { number(UInt16.self).map(Int.init) }

    mutating func node() -> NodeID? {
        guard let high = word(), let low = word() else { return nil }
        return NodeID(high: high, low: low)
    }

    mutating func topic() -> TopicID? {
        guard let kind = byte(), let value = number(Int64.self) else { return nil }
        return TopicID(kind: kind, value: value)
    }

    mutating func topicVersion() -> PresenceMessage.TopicVersion? {
        guard let topic = topic(), let version = word() else { return nil }
        return PresenceMessage.TopicVersion(topic, version)
    }

    mutating func person() -> PersonID? {
        guard let kind = byte(), let value = number(Int64.self) else { return nil }
        return PersonID(kind: kind, value: value)
    }

    mutating func entry() -> PresenceMessage.Entry? {
        guard let person = person(), let byte = byte() else { return nil }
        if byte == 0 { return PresenceMessage.Entry(person, nil) }
        return status(byte).map { PresenceMessage.Entry(person, $0) }
    }

    mutating func personStatus() -> PersonStatus? {
        guard let person = person(), let status = byte().flatMap(status) else { return nil }
        return PersonStatus(person, status)
    }

    mutating func typingChange() -> PresenceMessage.TypingChange? {
        guard let topic = topic(), let person = person(), let byte = byte(), byte < 8,
            let audience = Audience(rawValue: byte & 3)
        else { return nil }
        return PresenceMessage.TypingChange(topic, Typist(person, audience), isTyping: byte & 4 != 0)
    }

    /// Counts before it makes room: a list is never larger than the bytes that came.
    mutating func list<Item>(of size: Int, _ item: (inout ByteReader) -> Item?) -> [Item]? {
        guard let count = short(), count <= PresenceMessage.maxItems, bytes.count - position == count * size else {
            return nil
        }
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count {
            guard let item = item(&self) else { return nil }
            items.append(item)
        }
        return items
    }

    private func status(_ byte: UInt8) -> Status? {
        guard byte < 16, let attention = Attention(rawValue: byte & 3), let device = DeviceKind(rawValue: byte >> 2)
        else { return nil }
        return Status(attention, on: device)
    }
}
