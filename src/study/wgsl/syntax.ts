// The syntax tree of a WGSL file. Every node knows its line, from 1.

interface Node {
  readonly line: number;
}

/** A name, with its template arguments: a variable, a type, or what a call calls. */
export interface NameNode extends Node {
  readonly kind: 'name';
  readonly name: string;
  readonly template: readonly ExpressionNode[];
}

export interface CallNode extends Node {
  readonly kind: 'call';
  readonly callee: NameNode;
  readonly parameters: readonly ExpressionNode[];
}

export type ExpressionNode =
  | NameNode
  | CallNode
  | (Node & { readonly kind: 'number'; readonly value: number; readonly suffix: string; readonly float: boolean })
  | (Node & { readonly kind: 'boolean'; readonly value: boolean })
  | (Node & { readonly kind: 'unary'; readonly sign: string; readonly of: ExpressionNode })
  | (Node & {
      readonly kind: 'binary';
      readonly sign: string;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
    })
  | (Node & { readonly kind: 'index'; readonly of: ExpressionNode; readonly index: ExpressionNode })
  | (Node & { readonly kind: 'member'; readonly of: ExpressionNode; readonly name: string });

export interface BlockNode extends Node {
  readonly kind: 'block';
  readonly body: readonly StatementNode[];
}

export interface DeclareNode extends Node {
  readonly kind: 'declare';
  readonly how: 'let' | 'const' | 'var';
  readonly name: string;
  readonly type: NameNode | undefined;
  readonly value: ExpressionNode | undefined;
}

export interface CaseNode extends Node {
  /** Empty for a `default` alone. */
  readonly selectors: readonly ExpressionNode[];
  readonly isDefault: boolean;
  readonly body: BlockNode;
}

export type StatementNode =
  | BlockNode
  | DeclareNode
  /** `sign` is '=', or the operator before it; a target of undefined is `_`. */
  | (Node & {
      readonly kind: 'assign';
      readonly target: ExpressionNode | undefined;
      readonly sign: string;
      readonly value: ExpressionNode;
    })
  | (Node & { readonly kind: 'call'; readonly call: CallNode })
  | (Node & {
      readonly kind: 'if';
      readonly condition: ExpressionNode;
      readonly then: BlockNode;
      readonly otherwise: StatementNode | undefined;
    })
  /** `for`, `while` and `loop` alike; `breakIf` ends the loop after `update`. */
  | (Node & {
      readonly kind: 'loop';
      readonly before: StatementNode | undefined;
      readonly condition: ExpressionNode | undefined;
      readonly update: StatementNode | undefined;
      readonly breakIf: ExpressionNode | undefined;
      readonly body: BlockNode;
    })
  | (Node & { readonly kind: 'switch'; readonly value: ExpressionNode; readonly cases: readonly CaseNode[] })
  | (Node & { readonly kind: 'break' | 'continue' })
  | (Node & { readonly kind: 'return'; readonly value: ExpressionNode | undefined });

export interface Attribute {
  readonly name: string;
  readonly parameters: readonly ExpressionNode[];
}

export interface MemberNode extends Node {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly type: NameNode;
}

export interface FunctionNode extends Node {
  readonly kind: 'function';
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly parameters: readonly MemberNode[];
  readonly result: NameNode | undefined;
  readonly body: BlockNode;
}

export interface VariableNode extends Node {
  readonly kind: 'variable';
  readonly name: string;
  readonly attributes: readonly Attribute[];
  /** `<storage, read_write>` gives two. */
  readonly space: readonly string[];
  readonly type: NameNode | undefined;
  readonly value: ExpressionNode | undefined;
}

export type DeclarationNode =
  | FunctionNode
  | VariableNode
  | (Node & { readonly kind: 'struct'; readonly name: string; readonly members: readonly MemberNode[] })
  | (Node & { readonly kind: 'alias'; readonly name: string; readonly type: NameNode })
  | (Node & {
      readonly kind: 'const';
      readonly name: string;
      readonly type: NameNode | undefined;
      readonly value: ExpressionNode;
    });
