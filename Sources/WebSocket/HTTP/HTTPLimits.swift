/// How much of an HTTP message's head is read before it is refused.
package struct HTTPLimits: Sendable, Equatable {
    /// Request line and fields together. Browsers stay below 2 KiB plus cookies, of which we set hardly any; above
    /// this the answer is 431. A stranger can make a connection hold no more than this before it has said who it is.
    package var maxHeadBytes = 8 * 1024
    /// A browser's handshake has some 20 fields, proxies add a handful. Above this the answer is 431.
    package var maxFields = 64
    /// The longest link that we make is far below 1 KiB. Above this the answer is 414.
    package var maxTargetBytes = 4 * 1024

    package init() {}

    /// Field positions are kept in 16 bits and counted in 8 (`FieldSpan`, `FieldSectionScanner`): larger limits than
    /// that are cut down.
    var headBytes: Int { max(0, min(maxHeadBytes, Int(UInt16.max))) }
    var targetBytes: Int { max(0, min(maxTargetBytes, headBytes)) }
    var fields: Int { max(0, min(maxFields, Int(UInt8.max))) }
}
