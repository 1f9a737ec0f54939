import CaseMachine
import CaseStore
import Glibc

/// Prints what a commit of messages to different cases costs, by the batch's size, and the bare insert of the same rows.
func measure(_ path: String, cases: Int) throws {
    var talk = try Talk(path, cases: cases)
    let bare = try BareInsert(path: path + "/bare.sqlite")
    try talk.open(besides: bare)
    say("batch    µs/unit  p50 µs  p99 µs  CPU µs/unit  KB/unit   of the store, and of the bare insert")
    for (batch, rounds) in [(1, 1000), (8, 500), (64, 400), (1024, 60)] {
        var (preparing, own, reference) = (Samples(), Samples(), Samples())
        for round in 0..<rounds {
            let units = talk.unprepared(batch)
            var prepared: [PreparedUnit] = []
            try preparing.take { prepared = try talk.store.prepare(units).map { try $0.get() } }
            // Each disturbs the one after it: the disk is still busy.
            if round % 2 == 0 { try own.take { _ = try talk.store.commit(prepared) } }
            try reference.take { try bare.insert(prepared) }
            if round % 2 == 1 { try own.take { _ = try talk.store.commit(prepared) } }
        }
        say(pad(batch, 5) + preparing.line(batch) + "  prepare")
        say(pad(batch, 5) + own.line(batch) + "  store")
        say(
            pad(batch, 5) + reference.line(batch) + "  bare: the store reaches "
                + ratio(reference.perBatch, own.perBatch))
    }
    try measureReading(talk.store, cases: cases)
}

/// Prints what a commit of messages costs in PostgreSQL, by the batch's size.
func measurePostgres(_ url: String, keys path: String, cases: Int) throws {
    var talk = try Talk(url, keys: path, cases: cases)
    try talk.open(besides: nil)
    say("batch    µs/unit  p50 µs  p99 µs  CPU µs/unit  messages/s")
    for (batch, rounds) in [(1, 2000), (64, 400), (1024, 60)] {
        var (preparing, own) = (Samples(), Samples())
        for _ in 0..<rounds {
            let units = talk.unprepared(batch)
            var prepared: [PreparedUnit] = []
            try preparing.take { prepared = try talk.store.prepare(units).map { try $0.get() } }
            try own.take { _ = try talk.store.commit(prepared) }
        }
        let perSecond = Double(batch) / own.perBatch * 1e6
        say(pad(batch, 5) + preparing.times(batch) + "  prepare")
        say(pad(batch, 5) + own.times(batch) + pad(perSecond.rounded(), 12) + "  commit")
    }
    try measureReading(talk.store, cases: cases)
}

private func measureReading(_ store: some CaseStore, cases: Int) throws {
    var (loading, paging, listing) = (Samples(), Samples(), Samples())
    for _ in 0..<2000 {
        let id = CaseID(.random(in: 1...Int64(cases)))
        try loading.take { _ = try store.load([id]) }
        try paging.take { _ = try store.events(of: id, for: .guest, after: 0, limit: 50) }
        let team = TeamID(id.value % 10)
        try listing.take { _ = try store.list(.unread(team), after: id, limit: 50) }
    }
    say(pad(1, 5) + loading.line(1) + "  load a case")
    say(pad(1, 5) + paging.line(1) + "  read its events")
    say(pad(1, 5) + listing.line(1) + "  read 50 of a list")
}

private struct Samples {
    private var durations: [Double] = []
    private var processor = 0.0
    private var bytes = 0

    mutating func take(_ body: () throws -> Void) rethrows {
        let (bytesBefore, processorBefore) = (bytesWritten(), threadTime())
        durations.append(try ContinuousClock().measure(body) / .microseconds(1))
        processor += threadTime() - processorBefore
        bytes += bytesWritten() - bytesBefore
    }

    var perBatch: Double { durations.reduce(0, +) / Double(durations.count) }

    func line(_ batch: Int) -> String {
        times(batch) + pad(Double(bytes) / 1024 / Double(durations.count * batch), 10)
    }

    func times(_ batch: Int) -> String {
        let sorted = durations.sorted()
        let units = Double(durations.count * batch)
        return pad(perBatch / Double(batch), 10) + pad(sorted[sorted.count / 2], 9)
            + pad(sorted[sorted.count * 99 / 100], 9) + pad(processor / units, 10)
    }
}

private func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

private func pad(_ value: Int, _ width: Int) -> String { pad(String(value), width) }
private func pad(_ value: Double, _ width: Int) -> String { pad(String((value * 10).rounded() / 10), width) }
private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
private func ratio(_ a: Double, _ b: Double) -> String { String((a / b * 100).rounded() / 100) }

/// What this process has handed to the kernel for writing to files.
private func bytesWritten() -> Int {
    let descriptor = Glibc.open("/proc/self/io", O_RDONLY)
    defer { close(descriptor) }
    let text = String(unsafeUninitializedCapacity: 1024) { max(0, read(descriptor, $0.baseAddress, 1024)) }
    let line = text.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
    return line.flatMap { Int($0.dropFirst(7)) } ?? 0
}
