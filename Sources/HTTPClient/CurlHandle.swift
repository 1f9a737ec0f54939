import CCurl

/// libcurl's own state, made once: the language makes a global exactly once, whichever thread comes first.
private let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

/// An easy handle of libcurl: one transfer after the other, over connections that it keeps.
// Sound: a handle is used by one thread at a time, which has taken it out of where it lies, or has made it.
final class CurlHandle: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer?
    private let words: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var firstError = CURLE_OK

    init() {
        handle = libraryIsReady ? curl_easy_init() : nil
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(handle)
        forgetLists()
        words.deallocate()
    }

    /// Back to nothing but the connections.
    func clear() {
        if let handle { curl_easy_reset(handle) }
        forgetLists()
        firstError = handle == nil ? CURLE_FAILED_INIT : CURLE_OK
        words[0] = 0
    }

    /// What holds for every transfer; `protocols` are the only ones, by commas.
    func begin(_ protocols: String) {
        clear()
        note(ccurl_set_words(handle, words))
        // Signals belong to the process, not to a thread that waits for a name.
        set(CURLOPT_NOSIGNAL, 1)
        // Whatever the environment says: nobody stands between the house and whom it writes to.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_PROTOCOLS_STR, protocols)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
    }

    // MARK: - Options: the first that cannot be set fails the transfer

    func set(_ option: CURLoption, _ text: String) { note(ccurl_set_text(handle, option, text)) }
    func set(_ option: CURLoption, _ number: Int) { note(ccurl_set_number(handle, option, number)) }
    func set(size option: CURLoption, _ bytes: Int64) { note(ccurl_set_size(handle, option, curl_off_t(bytes))) }
    func set(body: [UInt8]) { note(ccurl_set_body(handle, body, body.count)) }

    func set(list option: CURLoption, _ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return note(CURLE_OUT_OF_MEMORY)
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        note(ccurl_set_list(handle, option, list))
    }

    func set(_ timeouts: Timeouts) {
        set(CURLOPT_CONNECTTIMEOUT_MS, Timeouts.milliseconds(timeouts.connect))
        if let whole = timeouts.whole { set(CURLOPT_TIMEOUT_MS, Timeouts.milliseconds(whole)) }
        if let slowest = timeouts.slowest {
            set(CURLOPT_LOW_SPEED_LIMIT, max(1, slowest.bytesPerSecond))
            set(CURLOPT_LOW_SPEED_TIME, max(1, Timeouts.milliseconds(slowest.during) / 1000))
        }
    }

    /// The transfer is told through these what comes in and asked for what goes out; it outlives `perform`.
    func set(_ transfer: Transfer, gives: Bool) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        note(
            ccurl_set_receivers(
                handle,
                { bytes, size, count, context in
                    guard let bytes, let context else { return 0 }
                    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(headerLine: line)
                },
                { bytes, size, count, context in
                    guard let bytes, let context else { return 0 }
                    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
                    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(piece)
                }, context))
        guard gives else { return }
        note(
            ccurl_set_giver(
                handle,
                { start, size, count, context in
                    guard let start, let context else { return Int(CURL_READFUNC_ABORT) }
                    let room = UnsafeMutableRawBufferPointer(start: start, count: size * count)
                    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().give(into: room)
                        ?? Int(CURL_READFUNC_ABORT)
                }, context))
    }

    /// Ends the transfer at its deadline, whatever it waits for: `CURLOPT_TIMEOUT_MS` says nothing about the goodbye, for
    /// whose answer libcurl waits two minutes.
    func setDeadline(_ transfer: Transfer) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        note(
            ccurl_set_watcher(
                handle,
                { context, _, _, _, _ in
                    guard let context else { return 1 }
                    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isOverdue ? 1 : 0
                }, context))
    }

    // MARK: - The transfer

    func perform() -> CURLcode {
        guard firstError == CURLE_OK, let handle else { return firstError }
        return curl_easy_perform(handle)
    }

    /// Of the last answer; 0 where there was none.
    var status: Int { ccurl_status(handle) }
    /// Bytes of the request's head that went out.
    var requestBytes: Int { ccurl_request_bytes(handle) }

    /// What libcurl says of `code`: its words about this transfer, or about such errors.
    func words(about code: CURLcode) -> String {
        let own = String(cString: words)
        return own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
    }

    private func note(_ code: CURLcode) {
        if firstError == CURLE_OK { firstError = code }
    }

    private func forgetLists() {
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }
}
