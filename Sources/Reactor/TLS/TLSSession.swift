import COpenSSL
import WebSocket

/// The TLS state of one connection. It reads and writes through its loop's `TLSPipe`, so it never blocks and never
/// touches a socket.
final class TLSSession {
    enum ReadResult {
        /// Bytes came out, and more may follow.
        case more
        /// All that arrived has been read.
        case drained
        /// The peer ended its side (close_notify).
        case closed
        /// The peer broke TLS; an alert for it may wait in the pipe.
        case failed
    }

    private let pointer: OpaquePointer
    private var hasFailed = false

    /// `nil` when memory is short.
    init?(_ context: TLSContext, pipe: TLSPipe, role: Role) {
        guard let session = SSL_new(context.pointer) else { return nil }
        pointer = session
        // One reference for both directions (SSL_set_bio(3)); the pipe keeps its own.
        BIO_up_ref(pipe.bio)
        SSL_set_bio(session, pipe.bio, pipe.bio)
        switch role {
        case .server: SSL_set_accept_state(session)
        case .client: SSL_set_connect_state(session)
        }
    }

    deinit {
        SSL_free(pointer)
    }

    /// Decrypts into the free part of `buffer`, a record at a time; performs the handshake as it goes.
    func read(into buffer: inout ByteBuffer) -> ReadResult {
        guard !hasFailed else { return .failed }
        while true {
            let free = buffer.bytesToFill
            // A record holds at most 16 KB (RFC 8446 §5.1); less room would split it and cost a call.
            guard free.count >= 16 << 10 else { return .more }
            ERR_clear_error()
            var count = 0
            let result = SSL_read_ex(pointer, free.baseAddress, free.count, &count)
            if result == 1 {
                buffer.didFill(count)
                continue
            }
            switch SSL_get_error(pointer, result) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .drained
            case SSL_ERROR_ZERO_RETURN: return .closed
            default:
                hasFailed = true
                return .failed
            }
        }
    }

    /// Encrypts into the pipe; `false` when the session is broken.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > 0 else { return !hasFailed }
        guard !hasFailed, SSL_is_init_finished(pointer) == 1 else { return false }
        ERR_clear_error()
        var written = 0
        guard SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &written) == 1 else {
            hasFailed = true
            return false
        }
        return true
    }

    /// Puts a close_notify into the pipe, so that the peer can tell an end from a cut (RFC 8446 §6.1).
    func shutdown() {
        guard !hasFailed, SSL_is_init_finished(pointer) == 1 else { return }
        ERR_clear_error()
        _ = SSL_shutdown(pointer)
    }
}
