import * as pulumi from "@pulumi/pulumi";

export interface Made {
  type: string;
  name: string;
  inputs: any;
}

/** Every resource that the program has registered, with its inputs. */
export const made: Made[] = [];

const CALLS: Record<string, any> = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "111122223333" },
  "aws:index/getRegion:getRegion": { region: "eu-central-1" },
  "aws:index/getPartition:getPartition": { partition: "aws" },
  "aws:ssm/getParameter:getParameter": { value: "ami-0123456789abcdef0" },
};

/** Set before the program's modules are loaded. */
export function setMocks() {
  pulumi.runtime.setMocks({
    newResource(args) {
      made.push({ type: args.type, name: args.name, inputs: args.inputs });
      const arn = `arn:aws:mock:eu-central-1:111122223333:${args.type}/${args.name}`;
      return { id: `${args.name}-id`, state: { name: args.name, arn, ...args.inputs } };
    },
    call(args) {
      const known = CALLS[args.token];
      if (!known) throw new Error(`no answer to ${args.token}`);
      return known;
    },
  });
}

export function one(type: string, name?: string): any {
  const found = made.filter((resource) => resource.type === type && (name === undefined || resource.name === name));
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}, expected one`);
  return found[0].inputs;
}

export function value<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
