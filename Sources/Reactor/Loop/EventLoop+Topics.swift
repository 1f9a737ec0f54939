package import WebSocket

/// Publishing: a message is framed once for all its subscribers, and compressed once for all that negotiated the
/// loop's shared compressor. What is published to a topic within a turn goes to each subscriber in one call.
///
/// The messages of one topic keep their order. Between topics, or between a topic and `send`, there is none.
extension EventLoop {
    /// From now on the connection receives what is published to the topic on this loop.
    package func subscribe(_ connection: Connection, to name: String) {
        guard connection.record.pointee.phase == .webSocket else { return }
        // What was published earlier in this turn is not for it. First of all, because a topic that only had this to
        // deliver is forgotten then.
        if let index = topics.index(of: name), let topic = topics[index], topic.isDirty { flush(index, topic) }
        topics.subscribe(connection.record, to: topics.open(name))
    }

    package func unsubscribe(_ connection: Connection, from name: String) {
        guard let index = topics.index(of: name) else { return }
        if let topic = topics[index], topic.isDirty { flush(index, topic) }
        topics.unsubscribe(connection.record, from: index)
    }

    /// Sends a message to every subscriber on this loop; `false` when there is none. `LoopGroup` tells the others.
    @discardableResult
    package func publish(_ kind: MessageKind, _ payload: UnsafeRawBufferPointer, toTopicNamed name: String) -> Bool {
        guard let index = topics.index(of: name), let topic = topics[index], !topic.subscribers.isEmpty else {
            return false
        }
        figures.messagesSent &+= topic.subscribers.count
        topic.frames.append(FrameHeader(opcode: kind.opcode, payloadCount: payload.count), payload)
        if topic.deflateSubscribers > 0 { appendDeflated(kind, payload, to: topic) }
        if !topic.isDirty {
            topic.isDirty = true
            dirtyTopics.append(index)
        }
        if topic.frames.count >= Self.corkBytes { flush(index, topic) }
        return true
    }

    func publish(_ kind: MessageKind, _ payload: [UInt8], toTopicNamed name: String) {
        payload.withUnsafeBytes { _ = publish(kind, $0, toTopicNamed: name) }
    }

    private func appendDeflated(_ kind: MessageKind, _ payload: UnsafeRawBufferPointer, to topic: TopicTable.Topic) {
        deflated.removeAll(keepingCapacity: Self.keptBytes)
        guard payload.count >= deflatePolicy.minimumMessageBytes, publishing.deflate(payload, into: &deflated) else {
            let header = FrameHeader(opcode: kind.opcode, payloadCount: payload.count)
            return topic.deflatedFrames.append(header, payload)
        }
        let header = FrameHeader(isCompressed: true, opcode: kind.opcode, payloadCount: deflated.count)
        topic.deflatedFrames.append(header, UnsafeRawBufferPointer(deflated.bytes))
    }

    func flushTopics() {
        guard !dirtyTopics.isEmpty else { return }
        for index in dirtyTopics {
            if let topic = topics[index], topic.isDirty { flush(index, topic) }
        }
        dirtyTopics.removeAll(keepingCapacity: true)
    }

    private func flush(_ index: TopicIndex, _ topic: TopicTable.Topic) {
        topic.isDirty = false
        // A subscriber whose event is being dealt with may have its upgrade's answer there.
        flushCork()
        deliver(topic)
        topic.frames.removeAll(keepingCapacity: Self.keptTopicBytes)
        topic.deflatedFrames.removeAll(keepingCapacity: Self.keptTopicBytes)
        topics.closeIfEmpty(index)
    }

    /// Kept of a topic's buffers between two turns.
    private static var keptTopicBytes: Int { 4096 }

    /// The innermost loop of a fan-out: a load, a few comparisons and a system call for each subscriber. A batched way
    /// of sending (io_uring) belongs here: every send is known, and none depends on another.
    private func deliver(_ topic: TopicTable.Topic) {
        let plain = UnsafeRawBufferPointer(topic.frames.bytes)
        let deflated = UnsafeRawBufferPointer(topic.deflatedFrames.bytes)
        var shared: SharedBytes?
        var sharedDeflated: SharedBytes?
        topic.subscribers.withUnsafeBufferPointer { subscribers in
            for subscriber in subscribers {
                let record = subscriber.record
                guard record.pointee.phase == .webSocket, record.pointee.closing.isOpen else { continue }
                let compresses = record.pointee.flags.contains(.sharesDeflate)
                let bytes = compresses ? deflated : plain
                if record.pointee.outbox == nil {
                    transmit(record, bytes)
                } else if record.pointee.tls == nil, bytes.count >= Self.sharedBytes {
                    // Slow readers of a plain connection wait for the same copy.
                    if compresses {
                        let copy = sharedDeflated ?? SharedBytes(bytes)
                        sharedDeflated = copy
                        wait(record, for: copy)
                    } else {
                        let copy = shared ?? SharedBytes(bytes)
                        shared = copy
                        wait(record, for: copy)
                    }
                } else {
                    queue(record, bytes)
                }
            }
        }
    }

    /// Below this size a copy in the outbox's tail is cheaper than a piece of its own.
    private static var sharedBytes: Int { 1024 }

    private func wait(_ record: UnsafeMutablePointer<ConnectionRecord>, for copy: SharedBytes) {
        guard admits(record) else { return }
        figures.bytesSent &+= copy.bytes.count
        record.pointee.outbox?.append(copy)
        markDirty(record)
    }
}
