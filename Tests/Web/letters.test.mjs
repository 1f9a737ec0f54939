import assert from "node:assert/strict";
import { test } from "node:test";

import { codeIn, pieces } from "../../web/assets/letters.js";

const links = (text) => pieces(text).filter((piece) => piece.link).map((piece) => piece.text);

for (const [text, expected] of [
  ["no link at all", []],
  ["", []],
  ["https://a.example", ["https://a.example"]],
  ["See https://a.example/b?c=d#e.", ["https://a.example/b?c=d#e"]],
  ["(http://a.example/b), and https://c.example!", ["http://a.example/b", "https://c.example"]],
  ["javascript:alert(1) data:text/html,x", []],
  ["https://", []],
  ["<a href='https://a.example/'>x</a>", ["https://a.example/"]],
]) {
  test(`finds ${expected.length} links in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(links(text), expected);
    assert.equal(pieces(text).map((piece) => piece.text).join(""), text);
  });
}

for (const [text, expected] of [
  ["123456 is your code", "123456"],
  ["Your code: 000007.", "000007"],
  ["@host #123456", "123456"],
  ["call 1234567 or 12345", null],
  ["", null],
]) {
  test(`finds ${expected} in ${JSON.stringify(text)}`, () => assert.equal(codeIn(text), expected));
}
