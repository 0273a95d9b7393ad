"""Asks the memory for what is needed a few steps later, so that a walk need not wait for it.

The accounts of a large slice lie all over a memory that is many times as large as the processor's cache, but the steps
are known beforehand. Asking changes nothing but when a thing is there.
"""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

FAR, MIDDLE, NEAR, NEXT = 32, 20, 10, 5
"""Steps ahead at which a holding, its first and last lots, its second and its third are asked for: each when the
one before has come."""

_BYTE = ir.IntType(8).as_pointer()
_WORD = ir.IntType(32)
_ASK = ir.FunctionType(ir.VoidType(), [_BYTE, _WORD, _WORD, _WORD])
_TOOLS: Any = cgutils
_TO_READ, _TO_KEEP, _DATA = ir.Constant(_WORD, 0), ir.Constant(_WORD, 3), ir.Constant(_WORD, 1)


def _fetch(_: Any, array: Any, place: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, tools = signature.args[0], _TOOLS
        items = context.make_array(kind)(context, builder, arguments[0])
        item = tools.get_item_pointer(context, builder, kind, items, [arguments[1]], False, False)
        ask = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], _ASK)
        builder.call(ask, [builder.bitcast(item, _BYTE), _TO_READ, _TO_KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, place), code


fetch: Any = intrinsic(_fetch)
"""`fetch(array, place)`: ask for an item of an array; a place outside it is asked for in vain."""
