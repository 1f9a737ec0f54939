import CLinux
import Glibc
import WebSocket

/// How bytes leave. Three ways, one order: the connection whose event is being dealt with is *corked* (its answers are
/// collected and sent in one call), any other is *dirty* (queued, sent at the end of the turn), and one that the kernel
/// takes no more from has an *outbox* until it does.
extension EventLoop {
    /// Payloads from this size on are not copied behind their header, but sent from where they lie.
    private static var directBytes: Int { 4096 }

    @inline(__always)
    func sendFrame(
        _ opcode: Opcode, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>,
        isCompressed: Bool = false
    ) {
        let header = FrameHeader(isCompressed: isCompressed, opcode: opcode, payloadCount: payload.count)
        guard corked == record, payload.count < Self.directBytes, !record.pointee.flags.contains(.client) else {
            return sendOtherwise(header, payload, to: record)
        }
        cork.append(header, payload)
        if cork.count >= Self.corkBytes { flushCork() }
    }

    /// Large frames, masked ones, and those for a connection whose turn it is not.
    @inline(never)
    private func sendOtherwise(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        var header = header
        if record.pointee.flags.contains(.client) { header.maskKey = masks.next() }
        guard corked == record else { return queueFrame(header, payload, to: record) }
        if payload.count >= Self.directBytes { return sendDirectly(header, payload, to: record) }
        cork.append(header, payload)
        if cork.count >= Self.corkBytes { flushCork() }
    }

    /// A large payload: header and payload in one call, uncopied where the connection is plain and nothing waits.
    private func sendDirectly(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        guard record.pointee.tls == nil, record.pointee.outbox == nil, header.maskKey == nil else {
            flushCork()
            // Too much waited, or it broke: nothing follows the close frame (RFC 6455 §5.5.1).
            guard record.pointee.phase == .webSocket else { return }
            cork.append(header, payload)
            return flushCork()
        }
        if cork.isEmpty, let start = payload.baseAddress, start == payloadBehindHeader.map(UnsafeRawPointer.init) {
            return sendBack(header, payload, to: record)
        }
        cork.append(header)
        let pieces = (
            iovec(iov_base: cork.bytes.baseAddress, iov_len: cork.count),
            iovec(iov_base: UnsafeMutableRawPointer(mutating: payload.baseAddress), iov_len: payload.count)
        )
        let sent = withUnsafeBytes(of: pieces) { raw in
            clinux_send_pieces(record.pointee.descriptor, raw.assumingMemoryBound(to: iovec.self).baseAddress, 2)
        }
        let total = cork.count + payload.count
        figures.bytesSent &+= total
        if sent != total {
            if sent < 0, errno != EAGAIN, errno != EINTR {
                drop(record, .abnormal)
            } else {
                let out = max(0, sent)
                let outbox = Outbox(now: now, beginsInsideFrame: out > 0)
                if out < cork.count {
                    // One piece: what the outbox drops must not part a header from its payload.
                    cork.append(payload)
                    outbox.append(UnsafeRawBufferPointer(rebasing: cork.bytes[out...]))
                } else {
                    outbox.append(UnsafeRawBufferPointer(rebasing: payload[(out - cork.count)...]))
                }
                block(record, outbox)
            }
        }
        cork.removeAll(keepingCapacity: Self.keptBytes)
    }

    /// A received message goes out as it came in: our header, which has no mask and so is shorter, is written over the
    /// peer's. One plain call instead of one with two pieces; 5 % of a 16 KB echo.
    private func sendBack(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        guard let start = payloadBehindHeader else { return }
        let frame = start - header.byteCount
        header.encode(into: UnsafeMutableRawBufferPointer(start: frame, count: header.byteCount))
        transmitRaw(record, UnsafeRawBufferPointer(start: frame, count: header.byteCount + payload.count))
    }

    private func queueFrame(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, to record: UnsafeMutablePointer<ConnectionRecord>
    ) {
        scratch.removeAll(keepingCapacity: Self.keptBytes)
        scratch.append(header, payload)
        queue(record, UnsafeRawBufferPointer(scratch.bytes))
    }

    /// Bytes for a connection whose event is not the one being dealt with: sent at the end of the turn.
    func queue(_ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeRawBufferPointer) {
        guard admits(record) else { return }
        let sealed = seal(record, bytes)
        let outbox = record.pointee.outbox ?? Outbox(now: now)
        figures.bytesSent &+= sealed.count
        outbox.append(sealed)
        tlsPipe.output.removeAll(keepingCapacity: Self.keptBytes)
        record.pointee.outbox = outbox
        markDirty(record)
    }

    /// Sends what the corked connection has collected.
    func flushCork() {
        guard let record = corked else { return }
        sendCork(of: record)
    }

    @inline(__always)
    private func sendCork(of record: UnsafeMutablePointer<ConnectionRecord>) {
        guard cork.count > 0 else { return }
        transmit(record, UnsafeRawBufferPointer(cork.bytes))
        cork.removeAll(keepingCapacity: Self.keptBytes)
    }

    @inline(__always)
    func uncork() {
        if let record = corked { sendCork(of: record) }
        corked = nil
    }

    /// Sends plain bytes now, or as soon as the kernel takes them.
    @inline(__always)
    func transmit(_ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeRawBufferPointer) {
        guard record.pointee.tls != nil else { return transmitRaw(record, bytes) }
        transmitRaw(record, seal(record, bytes))
        tlsPipe.output.removeAll(keepingCapacity: Self.keptBytes)
    }

    /// What goes over the wire: the same bytes, or their encrypted form, valid until the pipe is emptied.
    private func seal(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        guard let session = record.pointee.tls else { return bytes }
        guard session.write(bytes) else {
            drop(record, .abnormal)
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(tlsPipe.output.bytes)
    }

    @inline(__always)
    func transmitRaw(_ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeRawBufferPointer) {
        figures.bytesSent &+= bytes.count
        guard record.pointee.outbox == nil else { return transmitBehind(record, bytes) }
        let sent = clinux_send(record.pointee.descriptor, bytes.baseAddress, bytes.count)
        if sent == bytes.count { return }
        sentPartly(record, bytes, sent)
    }

    @inline(never)
    private func sentPartly(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeRawBufferPointer, _ sent: Int
    ) {
        if sent < 0, errno != EAGAIN, errno != EINTR { return drop(record, .abnormal) }
        let out = max(0, sent)
        let outbox = Outbox(now: now, beginsInsideFrame: out > 0)
        outbox.append(UnsafeRawBufferPointer(rebasing: bytes[out...]))
        block(record, outbox)
    }

    private func transmitBehind(_ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeRawBufferPointer) {
        guard record.pointee.phase != .dead, admits(record) else { return }
        record.pointee.outbox?.append(bytes)
        pauseReadingIfNeeded(record)
    }

    // MARK: - Backpressure

    /// The kernel takes no more: the rest waits for epoll.
    private func block(_ record: UnsafeMutablePointer<ConnectionRecord>, _ outbox: Outbox) {
        guard record.pointee.phase != .dead else { return }
        outbox.kernelBytes = Int(clinux_unacknowledged(record.pointee.descriptor))
        record.pointee.outbox = outbox
        record.pointee.flags.insert(.watchesWrite)
        updateInterest(record)
        pauseReadingIfNeeded(record)
        armTimer(record)
    }

    func pauseReadingIfNeeded(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard let outbox = record.pointee.outbox, outbox.byteCount > limits.pauseReadingBytes,
            !record.pointee.flags.contains(.pausesRead),
            // Whoever asks much of a server reads its answers all the same, or both would wait for each other.
            !record.pointee.flags.contains(.stream)
        else { return }
        record.pointee.flags.insert(.pausesRead)
        figures.readPauses &+= 1
        updateInterest(record)
    }

    /// Whether more may wait for this reader; if not, the connection is closed.
    @inline(__always)
    func admits(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Bool {
        guard let outbox = record.pointee.outbox, outbox.byteCount >= limits.sendQueueBytes,
            record.pointee.phase == .webSocket
        else { return true }
        overflow(record, outbox)
        return false
    }

    /// A slow reader: the messages it never saw are dropped and it is told to come back and resume (1013).
    private func overflow(_ record: UnsafeMutablePointer<ConnectionRecord>, _ outbox: Outbox) {
        figures.overflows &+= 1
        record.pointee.closeCode = .tryAgainLater
        if corked == record { cork.removeAll(keepingCapacity: Self.keptBytes) }
        // Sealed records cannot be left out: the peer's TLS would see a gap.
        guard record.pointee.tls == nil, record.pointee.closing.fail() else { return drop(record, .tryAgainLater) }
        outbox.dropUnsent()
        var body = ByteBuffer()
        ClosePayload.encode(.tryAgainLater, "reads too slowly; connect again and resume", into: &body)
        var frame = ByteBuffer()
        var header = FrameHeader(opcode: .close, payloadCount: body.count)
        if record.pointee.flags.contains(.client) { header.maskKey = masks.next() }
        frame.append(header, UnsafeRawBufferPointer(body.bytes))
        outbox.append(UnsafeRawBufferPointer(frame.bytes))
        record.pointee.flags.insert(.lingers)
        endWhenSent(record)
    }

    func writable(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if record.pointee.phase == .connecting { return connected(record) }
        flushOutbox(record)
    }

    func flushDirty() {
        guard !dirtyRecords.isEmpty else { return }
        for id in dirtyRecords {
            guard let record = slab[id] else { continue }
            record.pointee.flags.remove(.dirty)
            flushOutbox(record)
        }
        dirtyRecords.removeAll(keepingCapacity: true)
    }

    func markDirty(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.flags.isDisjoint(with: [.dirty, .watchesWrite]) else { return }
        record.pointee.flags.insert(.dirty)
        dirtyRecords.append(record.pointee.id)
    }

    private func flushOutbox(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.phase != .dead, let outbox = record.pointee.outbox else { return }
        switch outbox.flush(to: record.pointee.descriptor, now: now) {
        case .done:
            record.pointee.outbox = nil
            record.pointee.flags.remove(.watchesWrite)
            if record.pointee.phase == .draining { return sentAll(record) }
            if record.pointee.phase == .webSocket, !record.pointee.closing.isOpen {
                record.pointee.since = now  // our close frame is out
                armTimer(record)
            }
            sentAnswers(record)
            if record.pointee.outbox == nil, !mustWaitToRead(record) { resumeReading(record) }
            updateInterest(record)
        case .blocked:
            outbox.kernelBytes = Int(clinux_unacknowledged(record.pointee.descriptor))
            if outbox.byteCount < limits.pauseReadingBytes / 2, record.pointee.phase == .webSocket {
                resumeReading(record)
            }
            record.pointee.flags.insert(.watchesWrite)
            updateInterest(record)
            armTimer(record)
        case .failed:
            drop(record, .abnormal)
        }
    }

    /// The peer's silence counts from now: before, we did not listen. So its deadline may have come nearer.
    private func resumeReading(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.flags.contains(.pausesRead) else { return }
        record.pointee.flags.remove(.pausesRead)
        record.pointee.lastReceived = now
        armTimer(record)
    }

    func interest(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Readiness {
        var interest: Readiness = []
        if !record.pointee.flags.contains(.pausesRead) { interest.insert(.read) }
        if record.pointee.flags.contains(.watchesWrite) { interest.insert(.write) }
        return interest
    }

    func updateInterest(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.flags.contains(.watched), record.pointee.phase != .dead else { return }
        epoll.modify(record.pointee.descriptor, token: record.pointee.id.token, interest(record))
    }
}
