import Glibc
import WebSocket

/// Masking keys for frames that we send as a client: unpredictable (RFC 6455 §5.3), taken from the kernel a page at a
/// time.
struct MaskSource {
    private static let batch = 1024
    private var keys: [Masking.Key] = []

    mutating func next() -> Masking.Key {
        if keys.isEmpty { refill() }
        return keys.popLast() ?? 0
    }

    private mutating func refill() {
        var generator = SystemRandomNumberGenerator()
        keys = (0..<Self.batch / 2).flatMap { _ -> [Masking.Key] in
            let wide = generator.next()
            return [UInt32(truncatingIfNeeded: wide), UInt32(truncatingIfNeeded: wide >> 32)]
        }
    }
}
