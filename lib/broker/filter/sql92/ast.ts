/** What the grammar makes of an expression. Numbers are still text: their type decides about comparisons. */
export type Node =
  | { readonly kind: 'or' | 'and'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'not' | 'negate'; readonly operand: Node }
  | { readonly kind: 'equal'; readonly not: boolean; readonly left: Node; readonly right: Node }
  | { readonly kind: 'isNull'; readonly not: boolean; readonly operand: Node }
  | {
      readonly kind: 'order'
      readonly operator: OrderOperator
      readonly left: Node
      readonly right: Node
    }
  | {
      readonly kind: 'text'
      readonly operator: TextOperator
      readonly not: boolean
      readonly operand: Node
      readonly search: string
    }
  | {
      readonly kind: 'between'
      readonly not: boolean
      readonly operand: Node
      readonly low: Node
      readonly high: Node
    }
  | {
      readonly kind: 'in'
      readonly not: boolean
      readonly operand: Node
      readonly list: readonly string[]
    }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'float' | 'decimal'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'property'; readonly name: string }

export type OrderOperator = '>' | '>=' | '<' | '<='
export type TextOperator = 'contains' | 'startsWith' | 'endsWith'
