import CHiredis
import WebSocket

/// Commands as they go over the wire; hiredis writes them.
enum RedisCommand {
    /// Appends a command of these words, the last of which may be given apart because it is large. `false` when memory is
    /// short.
    static func append(_ words: [[UInt8]], payload: [UInt8]? = nil, to buffer: inout ByteBuffer) -> Bool {
        let joined = [UInt8](words.joined())
        var command: UnsafeMutablePointer<CChar>?
        let count = joined.withUnsafeBytes { joined in
            (payload ?? []).withUnsafeBytes { last in
                // An empty array may have no address; hiredis is to have one all the same.
                guard let base = joined.baseAddress else { return Int32(-1) }
                var next = base
                var pointers: [UnsafePointer<CChar>?] = []
                var lengths: [Int] = []
                for word in words {
                    pointers.append(next.assumingMemoryBound(to: CChar.self))
                    lengths.append(word.count)
                    next += word.count
                }
                if payload != nil {
                    pointers.append((last.baseAddress ?? base).assumingMemoryBound(to: CChar.self))
                    lengths.append(last.count)
                }
                return redisFormatCommandArgv(&command, Int32(clamping: pointers.count), &pointers, &lengths)
            }
        }
        guard count > 0, let command else { return false }
        buffer.append(UnsafeRawBufferPointer(start: command, count: Int(count)))
        redisFreeCommand(command)
        return true
    }
}
