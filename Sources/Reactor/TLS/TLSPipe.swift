import COpenSSL
import WebSocket

/// Where OpenSSL reads and writes, one for all TLS connections of a loop: it takes what `feed` gave it and leaves
/// encrypted bytes in `output`. So a TLS connection reads once and writes once a turn, like any other, instead of two
/// system calls for every record, and owns no buffers of ours.
final class TLSPipe {
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Encrypted bytes that are to be sent, and then removed.
    var output = ByteBuffer()
    let bio: OpaquePointer
    private let method: OpaquePointer

    init() throws(ReactorError) {
        guard let method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "foyer") else {
            throw ReactorError(.tls, "OpenSSL makes no BIO: \(TLSContext.lastError())")
        }
        BIO_meth_set_read_ex(method, Self.onRead)
        BIO_meth_set_write_ex(method, Self.onWrite)
        BIO_meth_set_ctrl(method, Self.onControl)
        guard let bio = BIO_new(method) else {
            BIO_meth_free(method)
            throw ReactorError(.tls, "OpenSSL makes no BIO: \(TLSContext.lastError())")
        }
        self.method = method
        self.bio = bio
        BIO_set_init(bio, 1)
        // Unretained: every session that uses the BIO ends before its loop, which owns the pipe.
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        BIO_set_data(bio, nil)
        BIO_free(bio)
        BIO_meth_free(method)
    }

    /// The bytes that the next reads take; they stay valid until `forget`.
    func feed(_ bytes: UnsafeRawBufferPointer) { input = bytes }

    /// What has not been taken of it.
    var rest: UnsafeRawBufferPointer { input }

    func forget() { input = UnsafeRawBufferPointer(start: nil, count: 0) }

    private func take(_ into: UnsafeMutableRawPointer, _ count: Int) -> Int {
        let taken = min(count, input.count)
        guard taken > 0, let base = input.baseAddress else { return 0 }
        into.copyMemory(from: base, byteCount: taken)
        input = UnsafeRawBufferPointer(rebasing: input[taken...])
        return taken
    }

    private static func pipe(_ bio: OpaquePointer?) -> TLSPipe? {
        guard let bio, let data = BIO_get_data(bio) else { return nil }
        return Unmanaged<TLSPipe>.fromOpaque(data).takeUnretainedValue()
    }

    private static let onRead:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>?
        ) -> Int32 = { bio, bytes, count, taken in
            guard let bio, let pipe = TLSPipe.pipe(bio), let bytes, let taken else { return 0 }
            copenssl_clear_retry(bio)
            taken.pointee = pipe.take(UnsafeMutableRawPointer(bytes), count)
            if taken.pointee > 0 { return 1 }
            copenssl_retry_read(bio)  // nothing more for now: not an end
            return 0
        }

    private static let onWrite:
        @convention(c) (
            OpaquePointer?, UnsafePointer<CChar>?, Int, UnsafeMutablePointer<Int>?
        ) -> Int32 = { bio, bytes, count, written in
            guard let bio, let pipe = TLSPipe.pipe(bio), let bytes, let written else { return 0 }
            copenssl_clear_retry(bio)
            pipe.output.append(UnsafeRawBufferPointer(start: bytes, count: count))
            written.pointee = count
            return 1
        }

    private static let onControl: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int = {
        _, command, _, _ in
        // A flush succeeds at once; nothing else is supported.
        command == BIO_CTRL_FLUSH ? 1 : 0
    }
}
