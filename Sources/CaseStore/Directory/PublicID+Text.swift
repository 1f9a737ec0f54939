extension PublicID {
    /// 32 hexadecimal digits, as it stands in addresses and messages.
    package var text: String { Hex.text(value.bigEndianBytes) }

    /// nil for anything else.
    package init?(text: String) {
        guard text.utf8.count == 32, let bytes = Hex.bytes(text), let value = UInt128(bigEndianBytes: bytes) else {
            return nil
        }
        self.init(value)
    }
}
