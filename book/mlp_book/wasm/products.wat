;; out = a b, on NumPy's own arrays: WebAssembly text, as a template for Jinja.
;;
;; A few columns of b at a time are copied into a panel, which stays in the processor's first cache
;; however b lies in memory. A tile of out, as wide as the panel, is summed in registers. Every sum
;; runs in order and rounds after each product, as in NumPy without BLAS: equal bit for bit.

{%- set TILE_ROWS = 4 %}
{%- set PANEL_ROWS = 512 %}
{%- set PANEL_ROW = 32 %}  {#- bytes: two vectors #}

{#- What stands in the call, for i = 0, step, 2 step ... below the end, which is above 0. #}
{%- macro each(i, end, step=1) %}
    (local.set ${{ i }} (i32.const 0))
    (loop $next_{{ i }}
      {{- caller() }}
      (local.set ${{ i }} (i32.add (local.get ${{ i }}) (i32.const {{ step }})))
      (br_if $next_{{ i }} (i32.lt_u (local.get ${{ i }}) (local.get ${{ end }}))))
{%- endmacro %}

{#- How many there are from i to the end, but no more than `most`. #}
{%- macro left(i, end, most) -%}
    {%- set all = "(i32.sub (local.get $" ~ end ~ ") (local.get $" ~ i ~ "))" -%}
    (select (i32.const {{ most }}) {{ all }} (i32.lt_u (i32.const {{ most }}) {{ all }}))
{%- endmacro %}

{#- The address base + i row + j column. #}
{%- macro at(base, i, row, j, column) -%}
    (i32.add (local.get ${{ base }})
      (i32.add (i32.mul (local.get ${{ i }}) {{ row }}) (i32.mul (local.get ${{ j }}) {{ column }})))
{%- endmacro %}

(module
  (@dylink.0 (mem-info (memory {{ (PANEL_ROWS + TILE_ROWS) * PANEL_ROW }} 4)))
  (import "env" "memory" (memory 0))
  (import "env" "__memory_base" (global $panel i32))

{%- for type, lanes, vector, splat in [("f32", 4, "f32x4", "v128.load32_splat"),
                                       ("f64", 2, "f64x2", "v128.load64_splat")] %}
{%- set size = 16 // lanes %}
{%- set tile_columns = 2 * lanes %}
{%- set one_value = "(i32.const " ~ size ~ ")" %}

  ;; Copy rows of values, any stride between two rows and between two columns, to dense rows.
  (func $copy_{{ type }}
    (param $from i32) (param $row i32) (param $column i32) (param $to i32) (param $to_row i32)
    (param $rows i32) (param $columns i32)
    (local $i i32) (local $j i32) (local $whole i32)
    (local.set $whole (i32.and (i32.eq (local.get $column) {{ one_value }})
      (i32.eq (local.get $columns) (i32.const {{ tile_columns }}))))
    {%- call each("i", "rows") %}
      (if (local.get $whole)
        (then
          (v128.store (local.get $to) (v128.load (local.get $from)))
          (v128.store offset=16 (local.get $to) (v128.load offset=16 (local.get $from))))
        (else
          {%- call each("j", "columns") %}
          ({{ type }}.store
            (i32.add (local.get $to) (i32.mul (local.get $j) {{ one_value }}))
            ({{ type }}.load
              (i32.add (local.get $from) (i32.mul (local.get $j) (local.get $column)))))
          {%- endcall %}))
      (local.set $from (i32.add (local.get $from) (local.get $row)))
      (local.set $to (i32.add (local.get $to) (local.get $to_row)))
    {%- endcall %})

  ;; Sum one tile: `depth` values of four rows of a times the panel, on top of the tile if `add`.
  ;; Where a has fewer than four rows left, its last one stands in for those that are missing.
  (func $tile_{{ type }}
    (param $a0 i32) (param $a_row i32) (param $a_column i32) (param $rows i32) (param $depth i32)
    (param $out0 i32) (param $out_row i32) (param $add i32)
    (local $b i32) (local $b0 v128) (local $b1 v128) (local $value v128)
    {%- for r in range(TILE_ROWS) %}
    {% if r %}(local $a{{ r }} i32) (local $out{{ r }} i32) {% endif -%}
    (local $sum{{ r }}0 v128) (local $sum{{ r }}1 v128)
    {%- endfor %}
    {%- for r in range(1, TILE_ROWS) %}
    (local.set $out{{ r }} (i32.add (local.get $out{{ r - 1 }}) (local.get $out_row)))
    (local.set $a{{ r }} (i32.add (local.get $a{{ r - 1 }})
      (select (local.get $a_row) (i32.const 0) (i32.gt_u (local.get $rows) (i32.const {{ r }})))))
    {%- endfor %}
    (if (local.get $add) (then
      {%- for r in range(TILE_ROWS) %}
      (local.set $sum{{ r }}0 (v128.load (local.get $out{{ r }})))
      (local.set $sum{{ r }}1 (v128.load offset=16 (local.get $out{{ r }})))
      {%- endfor %}))
    (local.set $b (global.get $panel))
    (loop $next
      (local.set $b0 (v128.load (local.get $b)))
      (local.set $b1 (v128.load offset=16 (local.get $b)))
      {%- for r in range(TILE_ROWS) %}
      (local.set $value ({{ splat }} (local.get $a{{ r }})))
      {%- for half in range(2) %}
      (local.set $sum{{ r }}{{ half }} ({{ vector }}.add (local.get $sum{{ r }}{{ half }})
        ({{ vector }}.mul (local.get $value) (local.get $b{{ half }}))))
      {%- endfor %}
      (local.set $a{{ r }} (i32.add (local.get $a{{ r }}) (local.get $a_column)))
      {%- endfor %}
      (local.set $b (i32.add (local.get $b) (i32.const {{ PANEL_ROW }})))
      (br_if $next (local.tee $depth (i32.sub (local.get $depth) (i32.const 1)))))
    {%- for r in range(TILE_ROWS) %}
    (v128.store (local.get $out{{ r }}) (local.get $sum{{ r }}0))
    (v128.store offset=16 (local.get $out{{ r }}) (local.get $sum{{ r }}1))
    {%- endfor %})

  ;; The whole product. A tile that out's edge cuts off is summed in memory behind the panel.
  (func $multiply_{{ type }}
    (param $a i32) (param $a_row i32) (param $a_column i32)
    (param $b i32) (param $b_row i32) (param $b_column i32)
    (param $out i32) (param $rows i32) (param $columns i32) (param $inner i32)
    (local $out_row i32) (local $p i32) (local $j i32) (local $i i32)
    (local $depth i32) (local $width i32) (local $height i32)
    (local $place i32) (local $tile i32) (local $tile_row i32) (local $cut i32)
    (local.set $out_row (i32.mul (local.get $columns) {{ one_value }}))
    {%- call each("p", "inner", PANEL_ROWS) %}
    (local.set $depth {{ left("p", "inner", PANEL_ROWS) }})
    {%- call each("j", "columns", tile_columns) %}
    (local.set $width {{ left("j", "columns", tile_columns) }})
    (call $copy_{{ type }}
      {{ at("b", "p", "(local.get $b_row)", "j", "(local.get $b_column)") }}
      (local.get $b_row) (local.get $b_column) (global.get $panel) (i32.const {{ PANEL_ROW }})
      (local.get $depth) (local.get $width))
    {%- call each("i", "rows", TILE_ROWS) %}
    (local.set $height {{ left("i", "rows", TILE_ROWS) }})
    (local.set $cut (i32.ne (i32.mul (local.get $height) (local.get $width))
      (i32.const {{ TILE_ROWS * tile_columns }})))
    (local.set $place {{ at("out", "i", "(local.get $out_row)", "j", one_value) }})
    (local.set $tile (local.get $place))
    (local.set $tile_row (local.get $out_row))
    (if (local.get $cut) (then
      (local.set $tile (i32.add (global.get $panel) (i32.const {{ PANEL_ROWS * PANEL_ROW }})))
      (local.set $tile_row (i32.const {{ PANEL_ROW }}))
      (call $copy_{{ type }} (local.get $place) (local.get $out_row) {{ one_value }}
        (local.get $tile) (local.get $tile_row) (local.get $height) (local.get $width))))
    (call $tile_{{ type }}
      {{ at("a", "i", "(local.get $a_row)", "p", "(local.get $a_column)") }}
      (local.get $a_row) (local.get $a_column) (local.get $height) (local.get $depth)
      (local.get $tile) (local.get $tile_row) (local.get $p))
    (if (local.get $cut) (then
      (call $copy_{{ type }} (local.get $tile) (local.get $tile_row) {{ one_value }}
        (local.get $place) (local.get $out_row) (local.get $height) (local.get $width))))
    {%- endcall %}
    {%- endcall %}
    {%- endcall %})
{%- endfor %}

{#- NumPy's structures PyArrayObject and PyArray_Descr: a member is four bytes, but for those of one
    byte that come before the number of a type. -#}
{%- set TYPE, DATA, NDIM, SHAPE, STRIDES, DTYPE, FLAGS = 1, 2, 3, 4, 5, 7, 8 %}
{%- set DENSE_AND_WRITABLE, BYTE_ORDER, TYPE_NUMBER, NATIVE = 1025, 14, 4, 61 %}
{%- macro member(address, number) -%}
    (i32.load offset={{ 4 * number }} {{ address }})
{%- endmacro %}

  ;; The address of numpy.ndarray, to know arrays by.
  (global $ndarray (mut i32) (i32.const 0))
  (func (export "know_arrays_by") (param $type i32) (global.set $ndarray (local.get $type)))

  ;; Multiply, given the addresses of three Python objects, and return 1. Return 0, with nothing
  ;; done, unless they are matrices that go together, not empty, float32 or float64 all of them,
  ;; and out is dense and may be written to.
  (func (export "product") (param $a i32) (param $b i32) (param $out i32) (result i32)
    (local $dtype i32) (local $number i32)
    {%- for x in ("out", "a", "b") %}
    (local ${{ x }}_rows i32) (local ${{ x }}_columns i32)
    {%- endfor %}
    (block $not_ours
      {%- for x in ("out", "a", "b") %}
      {%- set array = "(local.get $" ~ x ~ ")" %}
      (br_if $not_ours (i32.ne {{ member(array, TYPE) }} (global.get $ndarray)))
      (br_if $not_ours (i32.ne {{ member(array, NDIM) }} (i32.const 2)))
      (local.set ${{ x }}_rows {{ member(member(array, SHAPE), 0) }})
      (local.set ${{ x }}_columns {{ member(member(array, SHAPE), 1) }})
      {%- endfor %}
      (br_if $not_ours (i32.ne (local.get $a_rows) (local.get $out_rows)))
      (br_if $not_ours (i32.ne (local.get $b_columns) (local.get $out_columns)))
      (br_if $not_ours (i32.ne (local.get $a_columns) (local.get $b_rows)))
      {%- for size in ("out_rows", "out_columns", "b_rows") %}
      (br_if $not_ours (i32.eqz (local.get ${{ size }})))
      {%- endfor %}
      (br_if $not_ours (i32.ne (i32.const {{ DENSE_AND_WRITABLE }})
        (i32.and {{ member("(local.get $out)", FLAGS) }} (i32.const {{ DENSE_AND_WRITABLE }}))))
      (local.set $dtype {{ member("(local.get $out)", DTYPE) }})
      (br_if $not_ours (i32.ne (local.get $dtype) {{ member("(local.get $a)", DTYPE) }}))
      (br_if $not_ours (i32.ne (local.get $dtype) {{ member("(local.get $b)", DTYPE) }}))
      (br_if $not_ours (i32.ne (i32.const {{ NATIVE }})
        (i32.load8_u offset={{ BYTE_ORDER }} (local.get $dtype))))
      (local.set $number {{ member("(local.get $dtype)", TYPE_NUMBER) }})
      {%- for type, number in (("f32", 11), ("f64", 12)) %}
      (if (i32.eq (local.get $number) (i32.const {{ number }})) (then
        (call $multiply_{{ type }}
          {%- for x in ("a", "b") %}
          {%- set array = "(local.get $" ~ x ~ ")" %}
          {{ member(array, DATA) }}
          {{ member(member(array, STRIDES), 0) }} {{ member(member(array, STRIDES), 1) }}
          {%- endfor %}
          {{ member("(local.get $out)", DATA) }}
          (local.get $out_rows) (local.get $out_columns) (local.get $a_columns))
        (return (i32.const 1))))
      {%- endfor %})
    (i32.const 0))
)
