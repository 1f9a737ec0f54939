/// The ways in which a stream of `count` bytes is cut to test an incremental reader: in one piece, in two pieces at
/// every place, and into single bytes.
package func splits(of count: Int) -> [[Range<Int>]] {
    var ways: [[Range<Int>]] = [[0..<count]]
    if count > 1 {
        ways += (1..<count).map { [0..<$0, $0..<count] }
        ways.append((0..<count).map { $0..<$0 + 1 })
    }
    return ways
}

/// Runs `body` for each way to cut the bytes and returns the results that differ from that of the first, which is the
/// whole in one piece, together with the pieces that led there.
package func differencesBetweenSplits<Result: Equatable>(
    of bytes: [UInt8], _ body: ([Range<Int>]) -> Result
) -> [(pieces: [Range<Int>], result: Result)] {
    let whole = body([0..<bytes.count])
    return splits(of: bytes.count).map { ($0, body($0)) }.filter { $0.result != whole }
}
