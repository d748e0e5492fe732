// wgsl_reflect's main file is CommonJS in a package that says it is ESM; its ESM file has no types of its own.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export { WgslReflect } from 'wgsl_reflect';
}
