"""Specs that mean harm, by name; `expected.txt` has the first line of what each must end in."""

from __future__ import annotations

BASE = "input: 1x8x8\n"
RELU = "layers: [relu]\n"


def parameter(expression: str) -> str:
    """Write a spec with an expression as its parameter."""
    return f"{BASE}parameters: {{a: '={expression}'}}\n{RELU}"


def layers(*items: str) -> str:
    """Write a spec with some layers."""
    return f"{BASE}layers: [{', '.join(items)}]\n"


def chain(first: str, following: str, length: int = 60) -> str:
    """Write a spec whose every parameter follows from the one before."""
    lines = [
        f"  a0: {first}",
        *(f"  a{i + 1}: ={following.replace('a', f'a{i}')}" for i in range(length)),
    ]
    return BASE + "parameters:\n" + "\n".join(lines) + "\n" + RELU


def bomb(width: int = 9, depth: int = 9) -> str:
    """Write aliases of aliases."""
    lines = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    lines += [f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * width)}]" for i in range(depth)]
    return "\n".join(lines) + "\n"


def blocks(inner: str, depth: int = 8, width: int = 10) -> str:
    """Write blocks of which each calls the next one many times."""
    lines = [
        f"  b{i}: {{layers: [{', '.join([f'{{block: b{i + 1}}}'] * width)}]}}" for i in range(depth)
    ]
    lines.append(f"  b{depth}: {{layers: [{inner}]}}")
    return f"{BASE}blocks:\n" + "\n".join(lines) + "\nlayers: [{block: b0}]\n"


def nested(count: int, inner: str, depth: int) -> str:
    """Write repetitions within repetitions."""
    for _ in range(depth):
        inner = f"{{repeat: {count}, layers: [{inner}]}}"
    return layers(inner)


NINES = "9" * 300
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = [
    "".join(LETTERS[(start + step * k) % 26] for k in range(180)) + f"{step}x{start}"
    for start in range(26)
    for step in range(1, 80, 2)
]
PILES = {
    "aliases of aliases": bomb(),
    "aliases of aliases in a parameter": (
        f"{BASE}parameters:\n  {bomb().replace(chr(10), chr(10) + '  ')}"
    ),
    "an alias of what contains it": f"{BASE}layers: &a [*a]\n",
    "200,000 brackets": "[" * 200_000,
    "200,000 dashes": "- " * 200_000,
    "200,000 braces": "{a: " * 200_000,
    "200,000 question marks": "? " * 200_000,
    "a million values": f"{BASE}layers: [{'a,' * 1_000_000}]",
    "a megabyte of name": layers(f"{{relu: , name: {'x' * 1_000_000}}}"),
    "a megabyte of key": layers(f"{{{'x' * 1_000_000}: 1}}"),
    "a megabyte of word": layers("x" * 1_000_000),
    "100,000 mistakes": f"{BASE}layers:\n" + "  - {conv: 3, kernal: 3}\n" * 100_000,
    "100,000 duplicate keys": BASE * 100_000,
    "100,000 tags": f"{BASE}layers: [{'!a b, ' * 100_000}]",
    "100,000 parameters": (
        f"{BASE}parameters: {{{', '.join(f'p{i}: 1' for i in range(100_000))}}}\n{RELU}"
    ),
    "100,000 columns": layers(
        f"{{relu: , for: [{', '.join(f'c{i}' for i in range(100_000))}], in: [[1]]}}"
    ),
    "a deep list with one expression at its end": (
        f"{BASE}parameters: {{a: {'[' * 50}{'1,' * 400_000} =1{']' * 50}}}\n{RELU}"
    ),
}
TEXTS = {
    "nothing": "",
    "a comment": "# x",
    "a list": "- 1",
    "a word": "hello",
    "a tag": layers("!!python/object/apply:os.system ['ls']"),
    "a local tag": layers("!conv 3"),
    "a key that is a list": layers("{[1, 2]: 3}"),
    "an anchor that is not there": layers("*nothing"),
    "a NUL": f"{BASE}layers: [\0relu]",
    "a raw escape": f"{BASE}layers: [\x1b[31mrelu]",
    "an escape in an op": layers('{"\\e[31mred": 1}'),
    "an escape in a key": layers('{relu: , "\\e]0;title\\a": 1}'),
    "an escape in a block": layers('{block: "\\e[2J"}'),
    "an escape in a parameter": f'{BASE}parameters: {{"\\e[2J": 1}}\n{RELU}',
    "an escape in an expression": layers('{conv: "=\\e[2J", kernel: 1}'),
    "a right-to-left mark in a key": layers('{relu: , "s\\u202etrid": 3}'),
    "a right-to-left mark as it stands": layers("{relu: , s\u202etrid: 3}"),
    "a key twice": f"{BASE}{RELU}{RELU}",
    "a tab": f"{BASE}layers:\n\t- relu",
}
NUMBERS = {
    "an integer of 100,000 digits": layers(f"{{conv: {'9' * 100_000}, kernel: 3}}"),
    "channels of 300 digits": f"input: {NINES}x8x8\n{RELU}",
    "height of 300 digits": f"input: 1x{NINES}x8\n{RELU}",
    "a parameter of 300 digits": f"{BASE}parameters: {{a: {NINES}{NINES}}}\n{RELU}",
    "not a number": layers("{dropout: .nan}"),
    "infinity": layers("{dropout: .inf}"),
    "a float of a huge exponent": layers("{scale: 1e99999999}"),
    "a float of a large exponent": layers("{scale: 1e999}"),
    "a negative number": layers("{conv: 3, kernel: 3, padding: -1}"),
    "zero": layers("{conv: 3, kernel: 3, stride: 0}"),
    "a fraction": layers("{conv: 2.5, kernel: 3}"),
    "a number with underlines": layers("{conv: 1_000, kernel: 3}"),
    "other digits": layers("{conv: \u0663, kernel: 3}"),
    "a power of 9": parameter("9**9**9"),
    "a shift": parameter("1 << 99999999"),
    "numbers that square": chain("3", "a * a"),
    "fractions that square": chain("0.3", "a * a"),
    "texts that double": chain("hello", "a + a"),
    "lists that double": chain("[1, 2]", "[a, a]"),
    "an integer of 900 digits": parameter("9" * 900),
    "a product of huge floats": parameter("1e300 * 1e300 * 1e300"),
    "channels that double": layers("{repeat: 100000, concat: [[], []]}"),
}
EXPRESSIONS = {
    "500 parentheses": parameter("(" * 500 + "1" + ")" * 500),
    "90 parentheses": parameter("(" * 90 + "1" + ")" * 90 + "+"),
    "240 times not": parameter("not " * 240 + "1"),
    "a long sum": parameter("1+" * 100_000 + "1"),
    "a long text": parameter('"' + "x" * 900 + '" + "' + "x" * 50 + '"'),
    "a private attribute": parameter("input.__class__"),
    "an attribute of a number": parameter("(1).real"),
    "an import": parameter('__import__("os")'),
    "a lambda": parameter("(lambda: 1)()"),
    "a comprehension": parameter("[x for x in [1]]"),
    "an assignment": parameter("(b := 3)"),
    "a formatted text": parameter('f"{1}"'),
    "three dots": parameter("..."),
    "bytes": parameter('b"x"'),
    "a complex number": parameter("1j"),
    "a star": parameter("max(*[1, 2])"),
    "is": parameter("1 is 1"),
    "an unknown function": parameter("open(1)"),
    "numbers run into words": parameter("1if 2else 3"),
    "a backslash": parameter("1 + \\\\ 2"),
}
UNROLLING = {
    "a billion repetitions": layers("{conv: 2, kernel: 1, repeat: 1000000000}"),
    "a million repetitions": layers("{conv: 2, kernel: 1, repeat: 1000000}"),
    "repetitions in repetitions": nested(1000, "relu", 3),
    "empty repetitions in repetitions": nested(100_000, "{layers: []}", 2),
    "switched off in repetitions": nested(100_000, "{relu: , when: false}", 2),
    "a block that contains itself": (
        f"{BASE}blocks: {{b: {{layers: [{{block: b}}]}}}}\nlayers: [{{block: b}}]"
    ),
    "a block that contains itself twice": (
        f"{BASE}blocks: {{b: {{layers: [{{block: b}}, {{block: b}}]}}}}\nlayers: [{{block: b}}]"
    ),
    "blocks that multiply": blocks("relu"),
    "blocks that multiply nothing": blocks(""),
    "identities in repetitions": layers(f"{{repeat: 100000, add: [{'[], ' * 1000}]}}"),
    "switched off beside in repetitions": layers(
        f"{{repeat: 100000, relu: , after: [{'{relu: , when: false}, ' * 1000}]}}"
    ),
    "a long list read in repetitions": (
        f"{BASE}parameters: {{a: [{'1, ' * 90_000}]}}\n"
        "layers: [{repeat: 100000, conv: =sum(a) + index, kernel: 1}]"
    ),
    "a long table in repetitions": layers(
        f"{{repeat: 100000, op: conv, kernel: 1, table: [[0], {'[0], ' * 10_000} [=0]]}}"
    ),
    "a table over ever more maps": (
        f"input: 1x8x8\nlayers: [{{repeat: 100000, layers: [{{concat: [[], [{{op: conv, kernel: 1, "
        f"table: [{'[0], ' * 20_000}]}}]]}}]}}]"
    ),
    "long names within each other": (
        BASE
        + "layers: ["
        + "".join(f"{{name: {'x' * 150}{i}, layers: [" for i in range(25))
        + "{repeat: 199000, relu: }"
        + "]}" * 25
        + "]"
    ),
    "columns within columns": (
        BASE
        + "layers: ["
        + "".join(
            f"{{for: [{', '.join(f'c{i}x{j}' for j in range(100))}], "
            f"in: [[{'1, ' * 100}]], layers: ["
            for i in range(25)
        )
        + "{relu: , repeat: 2}, " * 10_000
        + "]}" * 25
        + "]"
    ),
}
ONES = "+".join(["1"] * 240)
LONG = "0." + "3" * 240
READING = {
    "a list of lists is no sum": parameter("sum([[1], [2]], [])"),
    "a parameter that reads a long list again and again": (
        f"{BASE}parameters: {{a: [{'1, ' * 40_000}], "
        + ", ".join(f"b{i}: '={' and '.join(['2 not in a'] * 60)}'" for i in range(100))
        + f"}}\n{RELU}"
    ),
    "an expression by 90,000 aliases": (
        f"{BASE}parameters: {{a: [&e '={ONES}', {'*e, ' * 90_000}]}}\n{RELU}"
    ),
    "layers by aliases, each with a long expression": (
        f"{BASE}layers:\n- &l {{conv: '={ONES}+0*channels', kernel: 1}}\n" + "- *l\n" * 30_000
    ),
    "sums of long fractions": (
        f"{BASE}parameters: {{a: {LONG}}}\n"
        f"layers: [{{repeat: 100000, linear: '=max(1,{'+'.join(['a'] * 240)}-1000-index)'}}]\n"
    ),
    "products that end in zero": (
        f"{BASE}parameters: {{a: {NINES[:250]}}}\n"
        f"layers: [{{repeat: 100000, linear: '=1+{'*'.join(['a'] * 240)}*0'}}]\n"
    ),
    "long staircases, again and again": (
        f"{BASE}layers: [{{repeat: 100000, "
        "linear: '=staircase(150000, 1000, 1/(10+index), 1.1, 1)[1][0] + index'}]\n"
    ),
    "a staircase of more blocks than a machine counts": parameter("staircase(1e300, 1, 1, 2, 1)"),
    "blocks that are no blocks, of the same letters": (
        f"{BASE}blocks: {{{', '.join(f'{word}: {{layers: [relu]}}' for word in WORDS[:1000])}}}\n"
        f"layers: [{', '.join(f'{{block: {word}}}' for word in WORDS[-20:])}]\n"
    ),
    "an entry of 100,000 keys": layers(f"{{{', '.join(f'x{i}: 1' for i in range(100_000))}}}"),
    "many choices": (
        f"{BASE}parameters: {{a: 1}}\nchoices: {{a: [{', '.join(WORDS * 50)}]}}\n{RELU}"
    ),
    "a default of many layers": (
        f"{BASE}defaults: {{relu: {{after: [{'tanh, ' * 1_000}]}}}}\n"
        f"layers: [{'relu, ' * 50_000}]\n"
    ),
    "a default of a long table": (
        f"{BASE}defaults: {{conv: {{kernel: 1, table: [{'[0], ' * 50_000}]}}}}\n"
        f"layers: [{'conv, ' * 20_000} cnov]\n"
    ),
    "blocks that double": (
        f"{BASE}blocks:\n"
        + "".join(
            f"  b{i}: {{parameters: {{a: 1, c: =a}}, "
            f"layers: [{{block: b{i + 1}, a: =c}}, {{block: b{i + 1}, a: =c}}]}}\n"
            for i in range(16)
        )
        + "  b16: {parameters: {a: 1, c: =a}, layers: [{conv: =a, kernel: 1}]}\n"
        + "layers: [{block: b0}]\n"
    ),
}
CASES = PILES | TEXTS | NUMBERS | EXPRESSIONS | UNROLLING | READING
