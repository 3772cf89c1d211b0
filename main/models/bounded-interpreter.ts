import { type Environment, Interpreter } from '@huggingface/jinja';

type Value = ReturnType<Interpreter['evaluate']>;
type Statement = Parameters<Interpreter['evaluate']>[0];

/** A template that wants more than any real one does. */
export class TemplateLimit extends Error {}

/** Characters of any text a template makes, finished or not. */
const longestText = 2 ** 20;
/** Items of any list, those of lists in it counted too: lists that hold one another twice would be endless when written out. */
const mostItems = 100_000;
/**
 * Steps of evaluation, where a list counts by its items and a text by its length / 64 each time it is touched. A real template takes
 * some hundred a message; this many are over in about a second.
 */
const mostWork = 500_000;
/** Each round of a loop takes the library some microseconds: long lists count more than once. */
const longList = 256;
const widestIndent = 32;
const widestNumber = 2 ** 31;

/** The parts of a syntax tree that are looked at here; the library does not export its types. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly filter?: Node;
  readonly callee?: Node;
  readonly args?: readonly Node[];
  readonly assignee?: Node & { readonly object?: Statement };
}

const isHarmless = ({ type, value }: Node): boolean =>
  type === 'KeywordArgumentExpression'
    ? isHarmless(value as Node)
    : type === 'Identifier' ||
      type === 'StringLiteral' ||
      type === 'TupleLiteral' ||
      (type === 'IntegerLiteral' && Number(value) <= widestIndent);

/**
 * Evaluates a template within limits. A template comes with a model and is not to be trusted: it may call itself, or double a text
 * until memory ends. Each step of the library's interpreter passes through `evaluate`, where what it gave is counted and measured.
 */
export class BoundedInterpreter extends Interpreter {
  private work = 0;
  private readonly weights = new WeakMap<object, number>();

  override evaluate(statement: Statement, environment: Environment): Value {
    const node: Node | undefined = statement;
    this.spend(1);
    if (node?.filter !== undefined) this.checkFilter(node.filter, environment);
    const value = super.evaluate(statement, environment);
    if (node?.type === 'Set' && node.assignee?.object !== undefined) this.measure(super.evaluate(node.assignee.object, environment));
    this.measure(value);
    return value;
  }

  private spend(work: number): void {
    this.work += work;
    if (this.work > mostWork) throw new TemplateLimit('It takes too long.');
  }

  /** Indentation multiplies a text by a number before its length can be seen. */
  private checkFilter({ callee, args = [] }: Node, environment: Environment): void {
    if (callee?.value !== 'indent' && callee?.value !== 'tojson') return;
    const names = args.map((arg) => (arg.type === 'KeywordArgumentExpression' ? (arg.value as Node) : arg));
    const isNumber = (arg: Node): boolean =>
      arg.type === 'Identifier' && ['IntegerValue', 'FloatValue'].includes(environment.lookupVariable(String(arg.value)).type);
    if (!args.every(isHarmless) || names.some(isNumber)) throw new TemplateLimit('It indents too far.');
  }

  private measure(value: Value): void {
    switch (value.type) {
      case 'StringValue': {
        const length = typeof value.value === 'string' ? value.value.length : 0;
        if (length > longestText) throw new TemplateLimit('It makes a text of more than a megabyte.');
        this.spend(length / 64);
        break;
      }
      case 'IntegerValue':
      case 'FloatValue':
        if (!(Math.abs(Number(value.value)) <= widestNumber)) throw new TemplateLimit('It uses too large a number.');
        break;
      default: {
        this.weigh(value);
        const { value: content } = value;
        const items = Array.isArray(content) ? content.length : content instanceof Map ? content.size : 0;
        this.spend(items > longList ? 8 * items : items);
      }
    }
  }

  /** Items of a list or mapping, with those inside; texts count by length. What cannot change is weighed once. */
  private weigh(value: Value): number {
    const known = this.weights.get(value);
    if (known !== undefined) return known;
    const { value: content } = value;
    if (typeof content === 'string') return 1 + content.length / 64;
    if (!Array.isArray(content) && !(content instanceof Map)) return 1;
    let weight = 1;
    for (const item of content.values()) {
      // A namespace can change after it was weighed, and even hold itself.
      if (item.type === 'NamespaceValue') throw new TemplateLimit('It puts a namespace into a list or another namespace.');
      weight += this.weigh(item);
    }
    if (weight > mostItems) throw new TemplateLimit('It makes too long a list.');
    if (value.type !== 'NamespaceValue') this.weights.set(value, weight);
    return weight;
  }
}
